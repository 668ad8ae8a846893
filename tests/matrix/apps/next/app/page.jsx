'use client'
import { useEffect } from 'react'
import { show } from '../page.js'

/** Rendered on the server first, where importing the package must do no harm. */
export default function Page() {
  useEffect(() => { show() }, [])
  return <main />
}

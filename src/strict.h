/*
 * strict.h - included first by every .c of the library: refuses what would change the bits of a result.
 *
 * models/MODEL.md, section 3, gives each floating-point operation one right value. Three things take it away: compilers
 * that fuse a*b + c into one rounding (the default of clang on aarch64, and of gcc in its gnu modes), options that
 * reorder sums, and registers wider than the type. The build passes -ffp-contract=off; this header says it again inside
 * the source, so that a bare `cc src/<all>.c` is right as well, and refuses the rest.
 */
#ifndef BERTWEET_STRICT_H
#define BERTWEET_STRICT_H

#include <float.h>

#ifdef __FAST_MATH__
#error "bertweet needs IEEE 754 arithmetic: compile without -ffast-math, -Ofast"
#endif

#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "bertweet needs float expressions evaluated as float (on 32-bit x86: -msse2 -mfpmath=sse)"
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bertweet reads its model image in place, which is little-endian"
#endif

/* gcc does not know the standard pragma, but obeys the option given from inside the source. */
#if defined(__clang__) || !defined(__GNUC__)
#pragma STDC FP_CONTRACT OFF
#else
#pragma GCC optimize("fp-contract=off")
#endif

#endif

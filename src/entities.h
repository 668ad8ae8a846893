/*
 * entities.h - HTML character references, as transformers' copy of NLTK resolves them (_replace_html_entities).
 *
 * Every match of &(#?(x?))([^&;\s]+); (module `regex`) is replaced once, and the result is not looked at again:
 *
 *     &name;   one of the 252 names of HTML 4, case-sensitive; any other name is removed ("&apos;", "R&D;" -> "R")
 *     &#body;  int(body, 10), with x int(body, 16), in Python's syntax: white space around (U+001C..001F: the rest
 *              cannot occur), one sign, single '_' between digits, for base 16 an optional "0x", digits of any script;
 *              base 10 takes 4,300 digits at most
 *              0x80..0x9F are bytes of cp1252; otherwise it is the code point, lone surrogates and NUL included;
 *              what is none is removed
 *     &xbody;  as &#xbody;
 *
 * '#' and then 'x' are read as part of the body if it would be empty otherwise.
 */
#ifndef BT_ENTITIES_H
#define BT_ENTITIES_H

#include "utf8.h"

/* Replaces all references, in place; a text never gets longer. */
void bt_replace_entities(bt_text *text);

#endif

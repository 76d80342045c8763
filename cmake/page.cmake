# cmake -DPAGE=in.html -DOUT=out.html -DSOURCE=out.c -DNAME=name -P page.cmake
#
# Makes one self-contained page of a page and the scripts and styles beside it, and a C file
# that holds its bytes: the style sheet and script elements that name a file become the file.
# The page's policy names each of them by its hash (CSP3, "hash-source"), where it said
# 'unsafe-inline': whatever else gets into the page is text to the browser, and never run.
cmake_minimum_required(VERSION 3.25)

# CMake takes text with these apart in lists: they stand aside meanwhile.
string(ASCII 1 semicolon)
string(ASCII 2 open)
string(ASCII 3 close)
function(read_text variable path)
  file(READ ${path} text)
  string(REPLACE ";" "${semicolon}" text "${text}")
  string(REPLACE "[" "${open}" text "${text}")
  string(REPLACE "]" "${close}" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# RFC 4648 section 4, of a SHA-256 in hex: three digits are two characters, the last is alone.
function(base64_of_hash variable hex)
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(text "")
  foreach(at RANGE 0 60 3)
    string(SUBSTRING ${hex} ${at} 3 digits)
    math(EXPR high "0x${digits} / 64")
    math(EXPR low "0x${digits} % 64")
    string(SUBSTRING ${alphabet} ${high} 1 high)
    string(SUBSTRING ${alphabet} ${low} 1 low)
    string(APPEND text ${high}${low})
  endforeach()
  string(SUBSTRING ${hex} 63 1 digits)
  math(EXPR high "0x${digits} * 4")
  string(SUBSTRING ${alphabet} ${high} 1 high)
  set(${variable} "${text}${high}=" PARENT_SCOPE)
endfunction()

# Adds the hash of what stands between the element's tags to the sources of script or style.
function(allow kind text)
  string(REPLACE "${semicolon}" ";" text "${text}")
  string(REPLACE "${open}" "[" text "${text}")
  string(REPLACE "${close}" "]" text "${text}")
  string(SHA256 hash "${text}")
  base64_of_hash(hash ${hash})
  set(${kind}_sources "${${kind}_sources} 'sha256-${hash}'" PARENT_SCOPE)
endfunction()

get_filename_component(folder ${PAGE} DIRECTORY)
read_text(html ${PAGE})
string(REGEX MATCHALL "<link rel=\"stylesheet\" href=\"[^\"]+\">|<script src=\"[^\"]+\"></script>"
       elements "${html}")
foreach(element IN LISTS elements)
  string(REGEX REPLACE "^.*(href|src)=\"([^\"]+)\".*$" "\\2" name "${element}")
  read_text(text ${folder}/${name})
  if(element MATCHES "^<link")
    allow(style "\n${text}")
    set(text "<style>\n${text}</style>")
  else()
    allow(script "\n${text}")
    set(text "<script>\n${text}</script>")
  endif()
  string(REPLACE "${element}" "${text}" html "${html}")
endforeach()
foreach(kind script style)
  string(REPLACE "${kind}-src 'unsafe-inline'" "${kind}-src${${kind}_sources}" html "${html}")
endforeach()
if(html MATCHES "unsafe-inline")
  message(FATAL_ERROR "${PAGE}: its policy lets anything run")
endif()
string(REPLACE "${semicolon}" ";" html "${html}")
string(REPLACE "${open}" "[" html "${html}")
string(REPLACE "${close}" "]" html "${html}")
file(WRITE ${OUT} "${html}")

file(READ ${OUT} hex HEX)
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${SOURCE} "/* Made of ${NAME}.html. */
#include \"rpc/server/pages.h\"

static const uint8_t BYTES[] = {
${hex}
};
const struct bytes_view page_${NAME} = {BYTES, sizeof BYTES};
")

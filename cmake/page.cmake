# cmake -DPAGE=in.html -DOUT=out.html -DSOURCE=out.c -DNAME=name -P page.cmake
#
# Makes one self-contained page of a page and the scripts and styles beside it, and a C file
# that holds its bytes: the style sheet and script elements that name a file become the file.
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

get_filename_component(folder ${PAGE} DIRECTORY)
read_text(html ${PAGE})
string(REGEX MATCHALL "<link rel=\"stylesheet\" href=\"[^\"]+\">|<script src=\"[^\"]+\"></script>"
       elements "${html}")
foreach(element IN LISTS elements)
  string(REGEX REPLACE "^.*(href|src)=\"([^\"]+)\".*$" "\\2" name "${element}")
  read_text(text ${folder}/${name})
  if(element MATCHES "^<link")
    set(text "<style>\n${text}</style>")
  else()
    set(text "<script>\n${text}</script>")
  endif()
  string(REPLACE "${element}" "${text}" html "${html}")
endforeach()
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

# cairn_page(NAME name LIBRARY library)
#
# web/<name>.html, with the styles and scripts that it names inside (page.cmake), becomes the
# bytes `page_<name>` of the library.
include_guard(GLOBAL)

function(cairn_page)
  cmake_parse_arguments(ARG "" "NAME;LIBRARY" "" ${ARGN})
  set(script ${PROJECT_SOURCE_DIR}/cmake/page.cmake)
  set(page ${PROJECT_SOURCE_DIR}/web/${ARG_NAME}.html)
  set(out ${PROJECT_BINARY_DIR}/web/${ARG_NAME})
  file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/*.css
       ${PROJECT_SOURCE_DIR}/web/${ARG_NAME}/*)
  add_custom_command(OUTPUT ${out}.c BYPRODUCTS ${out}.html
    COMMAND ${CMAKE_COMMAND} -DPAGE=${page} -DOUT=${out}.html -DSOURCE=${out}.c
            -DNAME=${ARG_NAME} -P ${script}
    DEPENDS ${page} ${script} ${parts} VERBATIM)
  target_sources(${ARG_LIBRARY} PRIVATE ${out}.c)
endfunction()

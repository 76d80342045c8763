# Manual pages and completion: the programs print them from the tables of their commands, once they
# are built, and they are installed where man and the shells look.
include_guard(GLOBAL)
include(GNUInstallDirs)

set(manual ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${manual})

# cairn_manual(PROGRAM name SECTION n SHELLS shell...)
function(cairn_manual)
  cmake_parse_arguments(ARG "" "PROGRAM;SECTION" "SHELLS" ${ARGN})
  set(page ${manual}/${ARG_PROGRAM}.${ARG_SECTION})
  set(made ${page})
  add_custom_command(OUTPUT ${page} DEPENDS ${ARG_PROGRAM} VERBATIM
                     COMMAND $<TARGET_FILE:${ARG_PROGRAM}> help --man > ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${ARG_SECTION})
  foreach(shell IN LISTS ARG_SHELLS)
    set(file ${manual}/${ARG_PROGRAM}.${shell})
    add_custom_command(OUTPUT ${file} DEPENDS ${ARG_PROGRAM} VERBATIM
                       COMMAND $<TARGET_FILE:${ARG_PROGRAM}> help --completion ${shell} > ${file})
    list(APPEND made ${file})
    cairn_completion_place(${shell} ${ARG_PROGRAM})
    install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/${place} RENAME ${name})
  endforeach()
  add_custom_target(manual_${ARG_PROGRAM} ALL DEPENDS ${made})
endfunction()

# Sets `place`, below share, and `name` in the caller.
function(cairn_completion_place shell program)
  set(place_bash bash-completion/completions)
  set(name_bash ${program})
  set(place_fish fish/vendor_completions.d)
  set(name_fish ${program}.fish)
  set(place_zsh zsh/site-functions)
  set(name_zsh _${program})
  set(place ${place_${shell}} PARENT_SCOPE)
  set(name ${name_${shell}} PARENT_SCOPE)
endfunction()

cairn_manual(PROGRAM cairn SECTION 1 SHELLS bash)
cairn_manual(PROGRAM cairnd SECTION 8 SHELLS bash fish zsh)

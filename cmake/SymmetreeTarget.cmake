# One place for what every target of the project shares.
#   symmetree_library(NAME SOURCES ... [USES libs])     symmetree_executable(NAME SOURCES ... [USES libs])

function(symmetree_options target)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}")
  # -ffp-contract=off: the same doubles on every CPU. No -march: integer kernels choose at run time.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow=local -Wconversion -Wno-sign-conversion
                         -Werror=unused-parameter -Werror=return-type -Werror=switch -ffp-contract=off)
  if(SYMMETREE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SYMMETREE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SYMMETREE_SANITIZE})
  endif()
endfunction()

function(symmetree_library target)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  if(NOT ARG_SOURCES)
    add_library(${target} INTERFACE)
    return()
  endif()
  add_library(${target} STATIC ${ARG_SOURCES})
  symmetree_options(${target})
  target_link_libraries(${target} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
endfunction()

function(symmetree_executable target)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  if(NOT ARG_SOURCES)
    return()
  endif()
  add_executable(${target} ${ARG_SOURCES})
  symmetree_options(${target})
  target_link_libraries(${target} PRIVATE ${ARG_USES})
endfunction()

# One place for what every target of the project shares.
#   symmetree_library(NAME ROOM room SOURCES ... [USES libs] [PRIVATE_USES libs])
#   symmetree_executable(NAME ROOM room SOURCES ... [USES libs])
# A room is a folder of the root. A target sees the headers of its own room and of the rooms of what it uses, under the room's name, and no
# others: an include that a link line does not allow does not compile. docs/architecture.md has the rooms, tests/architecture checks folders.

# The folder to search for "room/...": it holds a link to the room and nothing else.
function(symmetree_room_folder room variable)
  set(folder "${PROJECT_BINARY_DIR}/rooms/${room}")
  if(NOT EXISTS "${folder}/${room}")
    file(MAKE_DIRECTORY "${folder}")
    file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${room}" "${folder}/${room}" SYMBOLIC)
  endif()
  set(${variable} "${folder}" PARENT_SCOPE)
endfunction()

function(symmetree_compile_options target)
  # -ffp-contract=off: the same doubles on every CPU. No -march: integer kernels choose at run time.
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow=local -Wconversion -Wno-sign-conversion
                         -Werror=unused-parameter -Werror=return-type -Werror=switch -ffp-contract=off)
  if(SYMMETREE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SYMMETREE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${SYMMETREE_SANITIZE})
  endif()
endfunction()

# Headers of others that most sources of a room include, compiled once for all of its targets; rooms without a list take that of `any`.
#   symmetree_precompiled(ROOM USES libs HEADERS <header> ...)
function(symmetree_precompiled room)
  cmake_parse_arguments(ARG "" "" "USES;HEADERS" ${ARGN})
  if(SYMMETREE_PRECOMPILE)
    add_library(precompiled_${room} OBJECT "${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp")
    symmetree_compile_options(precompiled_${room})
    target_link_libraries(precompiled_${room} PRIVATE ${ARG_USES})
    target_precompile_headers(precompiled_${room} PRIVATE ${ARG_HEADERS})
  endif()
endfunction()

function(symmetree_options target room)
  symmetree_room_folder("${room}" folder)
  target_include_directories(${target} PUBLIC "${folder}")
  symmetree_compile_options(${target})
  if(TARGET precompiled_${room})
    target_precompile_headers(${target} REUSE_FROM precompiled_${room})
  elseif(TARGET precompiled_any)
    target_precompile_headers(${target} REUSE_FROM precompiled_any)
  endif()
endfunction()

function(symmetree_library target)
  cmake_parse_arguments(ARG "" "ROOM" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  add_library(${target} STATIC ${ARG_SOURCES})
  symmetree_options(${target} "${ARG_ROOM}")
  target_link_libraries(${target} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
endfunction()

function(symmetree_executable target)
  cmake_parse_arguments(ARG "" "ROOM" "SOURCES;USES" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  symmetree_options(${target} "${ARG_ROOM}")
  target_link_libraries(${target} PRIVATE ${ARG_USES})
endfunction()

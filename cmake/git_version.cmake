# Writes OUTPUT, a source file with the version that is built, when that changed. Without git or a repository: the project's version alone.
execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty --abbrev=10 OUTPUT_VARIABLE described RESULT_VARIABLE failed
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(failed)
  set(described "no git")
endif()
set(text "#include \"core/git_version.h\"\n\nnamespace symmetree {\n\nconst char* const git_version = \"${VERSION} (${described})\";\n\n}  // namespace symmetree\n")
set(present "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" present)
endif()
if(NOT text STREQUAL present)
  file(WRITE "${OUTPUT}" "${text}")
endif()

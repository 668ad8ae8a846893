# Builds the C tests as tests/c/wasi.cmake does, with the relaxed SIMD kernels in them too, and runs them in Chromium:
# Node 20 knows no relaxed SIMD.
include(${CMAKE_CURRENT_LIST_DIR}/wasi.cmake)
set(CMAKE_CROSSCOMPILING_EMULATOR node ${CMAKE_CURRENT_LIST_DIR}/chromium.mjs)
string(APPEND CMAKE_C_FLAGS_INIT " -mrelaxed-simd")
string(APPEND CMAKE_ASM_FLAGS_INIT " -mrelaxed-simd")

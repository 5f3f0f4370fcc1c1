/* What Python calls (library.py), by ctypes. The instruction set is whatever the compiler was told
   to use, once for each library (see pyproject.toml); processor.c asks which of them can run. */

#include "cells.h"
#include "fields.h"

static const struct kernels *kernels(int doubles) {
    return doubles ? &kernels_double : &kernels_single;
}

PUBLIC int64_t tausweep_workspace(const struct pass *p, int doubles) {
    return kernels(doubles)->workspace(p);
}

PUBLIC void tausweep_pass(const struct pass *p, int doubles) { kernels(doubles)->pass(p); }

PUBLIC void tausweep_orbit(const struct orbit *p, int doubles) { kernels(doubles)->orbit(p); }

PUBLIC const struct cell *tausweep_cells(int32_t *count) {
    *count = NUMBER_OF_CELLS;
    return TABLE;
}

PUBLIC const struct field *tausweep_fields(int32_t *count) {
    *count = sizeof FIELDS / sizeof *FIELDS;
    return FIELDS;
}

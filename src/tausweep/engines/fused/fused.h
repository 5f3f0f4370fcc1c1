/* What the Python side (library.py) and the kernels agree on. Python describes the structures once
   more; when a library is loaded, both descriptions are compared, member by member (fields.h). */
#pragma once

#include <stdint.h>

#define PUBLIC __attribute__((visibility("default")))

enum initial { FORCED, ZERO, CARRIED };

/* What is to be known of a cell besides its elementwise functions; cells.h has the table. */
struct cell {
    const char *name;               /* of its class in Python */
    const char *A, *W, *C, *b, *b2; /* of its parameters there; null where it has none */
    int32_t gates, memory, kept, apart, alone, direct;
};

/* A model: where its parameters stand in a row of `size` numbers, one row per member.
   An offset of -1 says that the model has no such parameter. */
struct model {
    int32_t cell, latent, variables, channels; /* row of the table of cells, M, N, K */
    int64_t size;
    int64_t A, W, C, b, b2, B;
};

/* One pass: windows side by side, forward and backward. Window k·sequences + q of a member
   starts at sample starts[q] + offsets[k] and runs for steps[k] steps; windows of equal length
   stand together. All of `theta`, `gradient`, `x`, `s`, `state` and `last` are of one precision. */
struct pass {
    struct model model;
    int32_t members, sequences, groups, initial, threads;
    int64_t member_stride;  /* numbers between two members' x: 0 where they share it */
    const void *theta;      /* (member, size) */
    void *gradient;         /* (member, size), added to */
    const void *x;          /* (time, variable) or (member, time, variable) */
    const void *s;          /* (time, channel), or null */
    const int64_t *starts;  /* (member, sequence) */
    const int32_t *offsets; /* (groups) */
    const int32_t *steps;   /* (groups) */
    const void *state;      /* (member, 1 + memory, latent, window): where CARRIED */
    void *last;             /* the same, written where not null */
    double scale;           /* of squared errors in the loss */
    double *loss;           /* (member), added to */
    void *workspace;        /* of at least `tausweep_workspace(pass)` bytes, aligned to 64 */
};

/* Free orbits of `members` members: `steps` steps on from `state`, which is brought up to date. */
struct orbit {
    struct model model;
    int32_t members, steps, threads;
    const void *theta; /* (member, size) */
    void *state;       /* (member, 1 + memory, latent) */
    const void *s;     /* (step, channel), or null */
    void *z;           /* (member, step, latent), written */
    int32_t *failed;   /* (member): 1 where there was no memory for it */
};

/* What there is once for each precision (kernels.h). */
struct kernels {
    int64_t (*workspace)(const struct pass *);
    void (*pass)(const struct pass *);
    void (*orbit)(const struct orbit *);
};
extern const struct kernels kernels_single, kernels_double;

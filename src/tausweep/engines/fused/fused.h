/* What the Python side (__init__.py) and the kernels agree on: keep the two in step. */
#ifndef TAUSWEEP_FUSED_H
#define TAUSWEEP_FUSED_H

#include <stdint.h>

enum cell { PLRNN, RNN, LSTM, GRU };
enum initial { FORCED, ZERO, CARRIED };

/* A model: where its parameters stand in a row of `size` numbers, one row per member.
   An offset of -1 says that the cell has no such parameter. */
struct model {
    int32_t cell, latent, variables, channels; /* M, N, K */
    int64_t size;
    int64_t A, W, C, b, b2, B; /* b2: the second bias of torch's cells; b: h of the PLRNN */
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
    void *workspace;        /* of at least `workspace_bytes(pass)`, aligned to 64 bytes */
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

#endif

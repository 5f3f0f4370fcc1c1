/* The members of the structures that Python fills in or reads, for it to compare with its own. */
#pragma once

#include "fused.h"

#include <stddef.h>

struct field {
    const char *structure, *name; /* a name of "" stands for the structure as a whole */
    int64_t offset, size;
};

#define WHOLE(structure) {#structure, "", 0, sizeof(struct structure)}
#define FIELD(structure, name)                                                                     \
    {#structure, #name, offsetof(struct structure, name), sizeof(((struct structure *)0)->name)}

static const struct field FIELDS[] = {
    WHOLE(cell),
    FIELD(cell, name), FIELD(cell, A), FIELD(cell, W), FIELD(cell, C), FIELD(cell, b),
    FIELD(cell, b2), FIELD(cell, gates), FIELD(cell, memory), FIELD(cell, kept),
    FIELD(cell, apart), FIELD(cell, alone), FIELD(cell, direct),
    WHOLE(model),
    FIELD(model, cell), FIELD(model, latent), FIELD(model, variables), FIELD(model, channels),
    FIELD(model, size), FIELD(model, A), FIELD(model, W), FIELD(model, C), FIELD(model, b),
    FIELD(model, b2), FIELD(model, B),
    WHOLE(pass),
    FIELD(pass, model), FIELD(pass, members), FIELD(pass, sequences), FIELD(pass, groups),
    FIELD(pass, initial), FIELD(pass, threads), FIELD(pass, member_stride), FIELD(pass, theta),
    FIELD(pass, gradient), FIELD(pass, x), FIELD(pass, s), FIELD(pass, starts),
    FIELD(pass, offsets), FIELD(pass, steps), FIELD(pass, state), FIELD(pass, last),
    FIELD(pass, scale), FIELD(pass, loss), FIELD(pass, workspace),
    WHOLE(orbit),
    FIELD(orbit, model), FIELD(orbit, members), FIELD(orbit, steps), FIELD(orbit, threads),
    FIELD(orbit, theta), FIELD(orbit, state), FIELD(orbit, s), FIELD(orbit, z),
    FIELD(orbit, failed),
};

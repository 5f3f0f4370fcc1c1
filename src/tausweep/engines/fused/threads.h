/* Work shared among threads. */
#pragma once

typedef void phase_function(const void *of, int phase, int item, int thread);

#define MOST_PHASES 3

/* Do all items of one phase after the other, shared among threads. Which thread does an item
   changes no number. Where a thread cannot be made, the others do its work. */
void parallel(phase_function *run, const void *of, int phases, const int *items, int threads);

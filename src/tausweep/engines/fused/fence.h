/* Gaps between the parts of a workspace, which nobody may touch, for AddressSanitizer to watch.
   Where that is not at work there are none: no gaps, and no code. */
#pragma once

#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

#define GAP 64 /* in what parts are counted in, at the end of each of them */

static void open_up(void *at, int64_t bytes) { ASAN_UNPOISON_MEMORY_REGION(at, bytes); }

/* Parts begin at `places`, in units of so many bytes from `at`. */
static void fence(void *at, const int64_t *places, int count, int64_t unit) {
    for (int i = 1; i < count; i++)
        ASAN_POISON_MEMORY_REGION((char *)at + (places[i] - GAP) * unit, GAP * unit);
}
#else
#define GAP 0

static void open_up(void *at, int64_t bytes) { (void)at, (void)bytes; }

static void fence(void *at, const int64_t *places, int count, int64_t unit) {
    (void)at, (void)places, (void)count, (void)unit;
}
#endif

/* A structure of such places, in order. */
#define PLACES(of) (const int64_t *)&(of), (int)(sizeof(of) / sizeof(int64_t))

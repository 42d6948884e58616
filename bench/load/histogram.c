/* A histogram of microseconds: exact up to 64, then 64 buckets for every power of two. */
#include "load.h"

#include <stdio.h>

#define STEPS 64

static unsigned bucket_of(uint64_t us) {
    if (us < STEPS) return (unsigned)us;
    unsigned power = 63 - (unsigned)__builtin_clzll(us);
    unsigned bucket = (power - 5) * STEPS + (unsigned)((us >> (power - 6)) - STEPS);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double microseconds_of(unsigned bucket) {
    if (bucket < STEPS) return bucket;
    unsigned power = bucket / STEPS + 5;
    return (double)((uint64_t)(bucket % STEPS + STEPS) << (power - 6));
}

void record(Histogram *h, uint64_t nanoseconds) {
    h->counts[bucket_of(nanoseconds / 1000)]++;
    h->total++;
    if (nanoseconds > h->longest) h->longest = nanoseconds;
}

double milliseconds_at(const Histogram *h, double share) {
    uint64_t left = (uint64_t)((double)h->total * share);
    for (unsigned n = 0; n < BUCKETS; n++) {
        if (h->counts[n] > left) return microseconds_of(n) / 1000;
        left -= h->counts[n];
    }
    return (double)h->longest / 1e6;
}

void print_histogram(const char *name, const Histogram *h) {
    printf("\"%s\":{\"n\":%llu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f},", name, (unsigned long long)h->total,
           milliseconds_at(h, 0.5), milliseconds_at(h, 0.99), (double)h->longest / 1e6);
}

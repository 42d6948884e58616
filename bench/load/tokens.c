/* The notes in a frame. A note's text holds a token, "nr00000042xq", with the number of the note.
 *
 * Every follower is sent the same bytes, so what was found in a frame is kept and found again by its bytes: this is
 * what keeps the client from being the bottleneck, and what makes compressed frames cheap to read. */
#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>
#include <string.h>
#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

#define KEPT 256
#define DIGITS 8

static struct {
    Buffer bytes;
    Tokens tokens;
} kept[KEPT];

static bool number_at(const char *digits, uint64_t *number) {
    *number = 0;
    for (int n = 0; n < DIGITS; n++) {
        if (digits[n] < '0' || digits[n] > '9') return false;
        *number = *number * 10 + (uint64_t)(digits[n] - '0');
    }
    return digits[DIGITS] == 'x' && digits[DIGITS + 1] == 'q';
}

/* An item has its text twice, once as HTML: a number that repeats the one before it is the same note. */
void find_tokens(const char *data, size_t size, Tokens *found) {
    const char *end = data + size, *at = data;
    found->count = 0;
    while (at && (at = memmem(at, (size_t)(end - at), "nr", 2))) {
        uint64_t number;
        at += 2;
        if (end - at < DIGITS + 2 || !number_at(at, &number)) continue;
        if (found->count && found->numbers[found->count - 1] == number) continue;
        if (found->count == found->capacity) {
            found->capacity = found->capacity * 2 + 16;
            found->numbers = realloc(found->numbers, found->capacity * sizeof *found->numbers);
        }
        found->numbers[found->count++] = number;
    }
}

/* window_bits: -15 for a websocket message, 31 for gzip. */
bool inflate_body(const char *data, size_t size, int window_bits, Buffer *into) {
#ifdef HAVE_ZLIB
    z_stream stream = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
    char part[65536];
    int result;
    into->size = 0;
    if (inflateInit2(&stream, window_bits) != Z_OK) return false;
    do {
        stream.next_out = (Bytef *)part;
        stream.avail_out = sizeof part;
        result = inflate(&stream, Z_SYNC_FLUSH);
        append(into, part, sizeof part - stream.avail_out);
    } while (result == Z_OK && (stream.avail_in || !stream.avail_out));
    inflateEnd(&stream);
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
#else
    (void)data, (void)size, (void)window_bits, (void)into;
    return false;
#endif
}

static bool read_frame(const char *data, size_t size, bool deflated, Tokens *found) {
    static Buffer whole, text;
    if (!deflated) {
        find_tokens(data, size, found);
        return true;
    }
    whole.size = 0;
    append(&whole, data, size);
    append(&whole, "\0\0\xff\xff", 4);
    if (!inflate_body(whole.data, whole.size, -15, &text)) return false;
    find_tokens(text.data, text.size, found);
    return true;
}

const Tokens *tokens_of_frame(const char *data, size_t size, bool deflated) {
    uint64_t middle = 0;
    if (size >= 16) memcpy(&middle, data + size / 2, 8);
    unsigned slot = (unsigned)((middle ^ (middle >> 29) ^ size * 2654435761u) % KEPT);
    Buffer *bytes = &kept[slot].bytes;
    if (bytes->size == size && size && !memcmp(bytes->data, data, size)) return &kept[slot].tokens;
    bytes->size = 0;
    append(bytes, data, size);
    if (!read_frame(data, size, deflated, &kept[slot].tokens)) {
        run.undecodable++;
        bytes->size = 0;
        kept[slot].tokens.count = 0;
    }
    return &kept[slot].tokens;
}

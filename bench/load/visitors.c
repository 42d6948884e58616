/* Visitors: the page, its files, the socket, the catch-up. And the probe: one small request after another. */
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FILES 16

char *page_path, *catch_up_path, *probe_path;
Visitor **visitors;
int visitors_count;
static char *file_paths[MAX_FILES];
static int files;
static Connection *probe;
static uint64_t probe_due_at;

void add_file_path(const char *path) {
    if (files < MAX_FILES) file_paths[files++] = strdup(path);
}

void forget_paths(void) {
    files = 0;
    page_path = catch_up_path = 0;
}

static void request(Connection *c, const char *path) {
    char text[1024];
    int size = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\n\r\n", path, port);
    send_bytes(c, text, (size_t)size);
    if (c->state == CONNECTING) c->state = READY;
}

void visitor_arrives(void) {
    Visitor *v = calloc(1, sizeof *v);
    visitors = realloc(visitors, (size_t)(visitors_count + 1) * sizeof *visitors);
    visitors[visitors_count++] = v;
    v->came_at = now();
    v->http = connect_to_server(VISITOR);
    v->http->visitor = v;
    if (v->http->state == CLOSED) v->failed = true;
    else request(v->http, page_path);
}

static void finish(Visitor *v) {
    v->finished = true;
    record(&run.arrival, now() - v->came_at);
}

static void next_step(Visitor *v) {
    v->step++;
    if (v->step <= files) request(v->http, file_paths[v->step - 1]);
    else if (!catch_up_path) finish(v);
    else if (!v->socket) v->socket = open_websocket(VISITOR, v);
    else finish(v);
}

/* Follow first, fetch afterwards: what is written in between comes twice, and never not at all. */
void visitor_follows(Visitor *v) {
    char path[1024];
    snprintf(path, sizeof path, catch_up_path, v->page_seq);
    request(v->http, path);
}

void visitor_sees(Visitor *v, uint64_t note) {
    uint64_t n = note - run.first_note;
    if (note >= run.first_note && n < MAX_SEEN) v->seen[n / 64] |= 1ull << (n % 64);
}

void visitor_fails(Visitor *v) {
    if (!v->finished) v->failed = true;
}

static void take_body(Visitor *v, const char *data, size_t size, bool gzip) {
    static Buffer plain;
    static Tokens tokens;
    bool page = v->step == 0;
    if (page) record(&run.page, now() - v->came_at);
    if ((page || v->step > files) && catch_up_path) {
        if (gzip && inflate_body(data, size, 31, &plain)) data = plain.data, size = plain.size;
        find_tokens(data, size, &tokens);
        for (size_t n = 0; n < tokens.count; n++) visitor_sees(v, tokens.numbers[n]);
        const char *seq = page ? memmem(data, size, "data-seq=\"", 10) : 0;
        if (seq) v->page_seq = strtoul(seq + 10, 0, 10);
    }
    next_step(v);
}

void send_probe(uint64_t due_at) {
    if (!probe || probe->state == CLOSED) probe = connect_to_server(PROBE);
    probe_due_at = due_at;
    request(probe, probe_path);
}

bool probe_is_waiting(void) { return probe_due_at && probe && probe->state != CLOSED; }

/* Put the chunks of a chunked body together. Returns the bytes used, 0 while some are missing. */
static size_t join_chunks(const char *data, size_t size, Buffer *body) {
    size_t at = 0;
    body->size = 0;
    for (;;) {
        const char *line = memmem(data + at, size - at, "\r\n", 2);
        if (!line) return 0;
        size_t length = strtoul(data + at, 0, 16), start = (size_t)(line + 2 - data);
        if (size < start + length + 2) return 0;
        append(body, data + start, length);
        at = start + length + 2;
        if (!length) return at;
    }
}

static void take_response(Connection *c, const char *head, const char *body, size_t size) {
    bool ok = !memcmp(head + 9, "200", 3) || !memcmp(head + 9, "304", 3);
    if (c->role == PROBE) {
        record(&run.probe, now() - probe_due_at);
        probe_due_at = 0;
    } else if (!ok) {
        fprintf(stderr, "A visitor was answered: %.40s\n", head);
        close_connection(c);
    } else {
        const char *encoding = strcasestr(head, "\r\ncontent-encoding: gzip");
        take_body(c->visitor, body, size, encoding != 0);
    }
}

/* Read one whole response, if it is there. Returns the bytes used. */
size_t read_http(Connection *c, const char *data, size_t size) {
    static Buffer head, body;
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t start = (size_t)(end + 4 - data), used;
    head.size = 0;
    append(&head, data, start);
    append(&head, "", 1);
    const char *length = strcasestr(head.data, "\r\ncontent-length:");
    if (strcasestr(head.data, "\r\ntransfer-encoding: chunked")) {
        used = join_chunks(data + start, size - start, &body);
        if (!used) return 0;
        take_response(c, head.data, body.data, body.size);
        return start + used;
    }
    used = length ? strtoul(length + 17, 0, 10) : 0;
    if (size - start < used) return 0;
    body.size = 0;
    append(&body, data + start, used);
    take_response(c, head.data, body.data, body.size);
    return start + used;
}

void send_visitors_away(void) {
    for (int n = 0; n < visitors_count; n++) {
        Visitor *v = visitors[n];
        v->finished = true;
        close_connection(v->http);
        if (v->socket) close_connection(v->socket);
    }
    visitors_count = 0;
}

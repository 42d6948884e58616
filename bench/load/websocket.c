/* Socket.IO over a websocket: the handshake, the frames, and what each role says first. */
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT = 1, CLOSE = 8, PING = 9 };

#define MAX_AUTHS 256
char *follow_text, *follower_auth;
static char *writer_auths[MAX_AUTHS];
static int auths, next_auth;
bool offer_deflate;
int followers_ready, writers_ready;

/* Writers show these passes in turn. */
void add_writer_auth(char *text) {
    if (auths < MAX_AUTHS) writer_auths[auths++] = text;
}

Connection *open_websocket(Role role, Visitor *visitor) {
    Connection *c = connect_to_server(role);
    char request[512];
    c->visitor = visitor;
    int size = snprintf(request, sizeof request,
                        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n%s\r\n",
                        port, offer_deflate ? "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" : "");
    send_bytes(c, request, (size_t)size);
    if (c->state == CONNECTING) c->state = UPGRADING;
    return c;
}

static void send_frame(Connection *c, int kind, const char *data, size_t size) {
    unsigned char frame[4096] = {(unsigned char)(0x80 | kind), (unsigned char)(0x80 | size)};
    size_t head = 2;
    if (size > sizeof frame - 8) abort();
    if (size >= 126) frame[1] = 0xFE, frame[2] = (unsigned char)(size >> 8), frame[3] = (unsigned char)size, head = 4;
    memset(frame + head, 0, 4); /* masked with nothing, which is a mask like any other */
    memcpy(frame + head + 4, data, size);
    send_bytes(c, frame, head + 4 + size);
}

void send_text(Connection *c, const char *text, size_t size) { send_frame(c, TEXT, text, size); }

static void become_ready(Connection *c) {
    c->state = READY;
    if (c->role == FOLLOWER) followers_ready++;
    if (c->role == WRITER) writers_ready++;
    if (c->role == VISITOR) visitor_follows(c->visitor);
}

static void begin(Connection *c, const char *data, size_t size) {
    if (c->state == GREETING && data[0] == '0') {
        const char *auth = c->role == WRITER && auths ? writer_auths[next_auth++ % auths] : follower_auth;
        send_text(c, auth, strlen(auth));
        c->state = AUTHENTICATING;
    } else if (c->state == AUTHENTICATING && size > 1 && !memcmp(data, "40", 2)) {
        c->state = JOINING;
        if (c->role == WRITER) become_ready(c);
        else send_text(c, follow_text, strlen(follow_text));
    } else if (c->state == JOINING && size > 1 && !memcmp(data, "43", 2)) {
        become_ready(c);
    }
}

static void take_frame(Connection *c, int kind, const char *data, size_t size, bool deflated, uint64_t at) {
    if (kind == CLOSE) {
        close_connection(c);
    } else if (kind == PING) {
        send_frame(c, 10, data, size);
    } else if (size == 1 && data[0] == '2' && !deflated) {
        send_text(c, "3", 1);
    } else if (c->role == WRITER && c->state == READY) {
        if (size > 2 && !memcmp(data, "43", 2)) note_acked(strtoull(data + 2, 0, 10), memmem(data, size, "\"error\"", 7));
    } else if (!deflated && c->state != READY && (size < 2 || memcmp(data, "42", 2))) {
        begin(c, data, size);
    } else { /* a frame may come before the answer to `follow` does */
        run.frames++;
        const Tokens *tokens = tokens_of_frame(data, size, deflated);
        for (size_t n = 0; n < tokens->count; n++) note_delivered(c, tokens->numbers[n], at);
    }
}

static size_t read_handshake(Connection *c, const char *data, size_t size) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || memcmp(data, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "The server refused a websocket: %.60s\n", data);
        close_connection(c);
        return size;
    }
    c->state = GREETING;
    return (size_t)(end + 4 - data);
}

/* Read every whole frame of the data. Returns the bytes used. */
size_t read_websocket(Connection *c, const char *data, size_t size) {
    size_t at = c->state == UPGRADING ? read_handshake(c, data, size) : 0;
    uint64_t time = now();
    while (c->state > UPGRADING && c->state != CLOSED && size - at >= 2) {
        const unsigned char *frame = (const unsigned char *)data + at;
        size_t head = 2, length = frame[1];
        if (length == 126) head = 4;
        if (length == 127) head = 10;
        if (size - at < head) break;
        if (head > 2) {
            length = 0;
            for (size_t n = 2; n < head; n++) length = length << 8 | frame[n];
        }
        if (length > 1u << 26) {
            fprintf(stderr, "A corrupt stream: a frame of %zu bytes\n", length);
            close_connection(c);
            break;
        }
        if (size - at < head + length) break;
        at += head + length;
        take_frame(c, frame[0] & 15, (const char *)frame + head, length, frame[0] & 0x40, time);
    }
    return at;
}

/* Non-blocking connections to the server on this machine, in one epoll set. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (1 << 18)

int epoll_fd, port, dead;
static char chunk[CHUNK];

uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

void append(Buffer *b, const void *data, size_t size) {
    if (b->size + size > b->capacity) {
        b->capacity = (b->size + size) * 2;
        b->data = realloc(b->data, b->capacity);
    }
    memcpy(b->data + b->size, data, size);
    b->size += size;
}

static void watch(Connection *c, int action) {
    struct epoll_event event = {.events = EPOLLIN | (c->out.size ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll_fd, action, c->fd, &event);
}

Connection *connect_to_server(Role role) {
    Connection *c = calloc(1, sizeof *c);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    c->role = role;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (void *)&address, sizeof address) && errno != EINPROGRESS) {
        close_connection(c);
        return c;
    }
    watch(c, EPOLL_CTL_ADD);
    return c;
}

static void send_what_waits(Connection *c) {
    ssize_t sent = send(c->fd, c->out.data, c->out.size, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN && errno != ENOTCONN) close_connection(c);
        return;
    }
    c->out.size -= (size_t)sent;
    memmove(c->out.data, c->out.data + sent, c->out.size);
    if (!c->out.size) watch(c, EPOLL_CTL_MOD);
}

void send_bytes(Connection *c, const void *data, size_t size) {
    if (c->state == CLOSED) return;
    if (!c->out.size && c->state != CONNECTING) {
        ssize_t sent = send(c->fd, data, size, MSG_NOSIGNAL);
        if (sent == (ssize_t)size) return;
        if (sent < 0 && errno != EAGAIN) {
            close_connection(c);
            return;
        }
        if (sent > 0) data = (const char *)data + sent, size -= (size_t)sent;
    }
    append(&c->out, data, size);
    watch(c, EPOLL_CTL_MOD);
}

static size_t consume(Connection *c, const char *data, size_t size) {
    bool http = c->role == PROBE || (c->role == VISITOR && c == c->visitor->http);
    return http ? read_http(c, data, size) : read_websocket(c, data, size);
}

static void receive(Connection *c) {
    for (;;) {
        ssize_t got = recv(c->fd, chunk, CHUNK, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            close_connection(c);
            return;
        }
        run.bytes += (uint64_t)got;
        size_t used;
        if (c->in.size) {
            append(&c->in, chunk, (size_t)got);
            used = consume(c, c->in.data, c->in.size);
            if (c->state == CLOSED) return;
            c->in.size -= used;
            memmove(c->in.data, c->in.data + used, c->in.size);
        } else {
            used = consume(c, chunk, (size_t)got);
            if (c->state == CLOSED) return;
            if (used < (size_t)got) append(&c->in, chunk + used, (size_t)got - used);
        }
        if (got < CHUNK) return;
    }
}

void handle_event(Connection *c, uint32_t events) {
    if (c->state == CLOSED) return;
    if (events & EPOLLOUT) send_what_waits(c);
    if (c->state != CLOSED && events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
}

/* Close it; its memory is kept until the program ends, because the event loop may still hold it. */
void close_connection(Connection *c) {
    if (c->state == CLOSED) return;
    if (c->role == FOLLOWER && c->state == READY) followers_ready--;
    if (c->role == FOLLOWER || c->role == WRITER) dead++;
    c->state = CLOSED;
    close(c->fd);
    free(c->in.data);
    free(c->out.data);
    c->in = c->out = (Buffer){0};
    if (c->visitor) visitor_fails(c->visitor);
}

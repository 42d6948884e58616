/* What the files of the load client share. load.c describes the program and its commands. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *data;
    size_t size, capacity;
} Buffer;

/* Microseconds, in buckets 1.6 % wide. */
#define BUCKETS 4096
typedef struct {
    uint32_t counts[BUCKETS];
    uint64_t total;
    uint64_t longest;
} Histogram;

typedef enum { FOLLOWER, WRITER, VISITOR, PROBE } Role;
typedef enum { CONNECTING, UPGRADING, GREETING, AUTHENTICATING, JOINING, READY, CLOSED } State;

#define MAX_SEEN 4096 /* notes of one run that a visitor keeps account of */
typedef struct Connection Connection;

/* Somebody who opens the page, loads its files, follows the channel and catches up. */
typedef struct {
    Connection *http, *socket;
    uint64_t came_at;
    int step; /* 0: the page; then the files; then the catch-up */
    bool finished, failed;
    unsigned long page_seq;
    uint64_t seen[MAX_SEEN / 64];
} Visitor;

struct Connection {
    int fd;
    Role role;
    State state;
    Buffer in, out; /* a message that has not arrived, or not left, completely */
    Visitor *visitor;
};

/* Everything that one run counts. Times are nanoseconds of the monotonic clock. */
typedef struct {
    uint64_t first_note, started_at, last_delivery_at;
    uint64_t deliveries, acked, refused, completed, frames, bytes, undecodable;
    Histogram delivery, ack, probe, page, arrival;
} Run;

/* connection.c */
extern int epoll_fd, port, dead;
uint64_t now(void);
Connection *connect_to_server(Role role);
void send_bytes(Connection *c, const void *data, size_t size);
void handle_event(Connection *c, uint32_t events);
void close_connection(Connection *c);
void append(Buffer *b, const void *data, size_t size);

/* websocket.c */
extern char *follow_text, *follower_auth;
void add_writer_auth(char *text);
extern bool offer_deflate;
extern int followers_ready, writers_ready;
Connection *open_websocket(Role role, Visitor *visitor);
size_t read_websocket(Connection *c, const char *data, size_t size);
void send_text(Connection *c, const char *text, size_t size);

/* tokens.c */
typedef struct {
    uint64_t *numbers;
    size_t count, capacity;
} Tokens;
const Tokens *tokens_of_frame(const char *data, size_t size, bool deflated);
void find_tokens(const char *data, size_t size, Tokens *found);
bool inflate_body(const char *data, size_t size, int window_bits, Buffer *into);

/* visitors.c */
extern char *page_path, *catch_up_path, *probe_path;
extern Visitor **visitors;
extern int visitors_count;
void add_file_path(const char *path);
void forget_paths(void);
void visitor_arrives(void);
void visitor_follows(Visitor *v);
void visitor_sees(Visitor *v, uint64_t note);
void visitor_fails(Visitor *v);
void send_probe(uint64_t due_at);
bool probe_is_waiting(void);
size_t read_http(Connection *c, const char *data, size_t size);
void send_visitors_away(void);

/* load.c */
extern Run run;
extern uint64_t notes_posted;
void note_delivered(Connection *c, uint64_t note, uint64_t at);
void note_acked(uint64_t note, bool refused);

/* histogram.c */
void record(Histogram *h, uint64_t nanoseconds);
double milliseconds_at(const Histogram *h, double share);
void print_histogram(const char *name, const Histogram *h);

#endif

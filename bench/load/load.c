/* A load client for Socket.IO over websockets: one thread, one epoll set. Usage: load PORT
 *
 * It reads commands from stdin, one a line, and answers each with one line of JSON on stdout:
 *
 *   follow TEXT | auth follower TEXT | auth writer TEXT     what a connection says: raw Socket.IO text
 *   note TEXT            the op: %A becomes the number of its ack, %U a new UUID, %N the token of the note
 *   deflate on|off       offer permessage-deflate, as browsers do
 *   followers N | writers N      connect so many more
 *   page PATH | file PATH | catchup PATH | nopage      what a visitor fetches; %lu is the page's data-seq
 *   visitors N SECONDS   how many come in the next run, and in which time
 *   probe RATE PATH      so many small requests a second beside the next runs; 0: none
 *   drain SECONDS        how long a run may wait for what is missing
 *   open RATE SECONDS    post notes at this rate: latency
 *   closed N SECONDS     keep N notes in flight, from commit to the last follower: throughput
 *   quit
 *
 * A delay is the time from sending a note to reading it on a follower's connection: one clock for both. */
#define _GNU_SOURCE
#include "load.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENTS 512
#define MAX_CONNECTING 32
#define CONNECT_TIMEOUT 60e9

typedef struct {
    uint64_t sent_at;
    uint32_t deliveries;
    bool acked, completed;
} Note;

Run run;
uint64_t notes_posted;
static Note *notes;
static size_t notes_capacity;
static Connection **followers, **writers;
static int followers_count, writers_count;
static char *note_text, *commands;
static size_t commands_size;
static double probe_rate, visit_seconds, drain_seconds = 15;
static int visits;

static double cpu_seconds(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void complete(Note *note) {
    if (note->completed || !note->acked || note->deliveries < (uint32_t)followers_ready) return;
    note->completed = true;
    run.completed++;
}

void note_delivered(Connection *c, uint64_t number, uint64_t at) {
    if (number < run.first_note || number >= notes_posted) return;
    if (c->role == VISITOR) {
        visitor_sees(c->visitor, number);
        return;
    }
    Note *note = &notes[number];
    note->deliveries++;
    run.deliveries++;
    run.last_delivery_at = at;
    record(&run.delivery, at - note->sent_at);
    complete(note);
}

void note_acked(uint64_t number, bool refused) {
    if (number < run.first_note || number >= notes_posted) return;
    record(&run.ack, now() - notes[number].sent_at);
    run.acked++;
    if (refused) run.refused++;
    notes[number].acked = true;
    complete(&notes[number]);
}

static void add_uuid(Buffer *text) {
    static uint64_t state;
    char uuid[40];
    uint64_t ms = (uint64_t)time(0) * 1000;
    if (!state) state = now() * 88172645463325253ull | 1;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    snprintf(uuid, sizeof uuid, "%08x-%04x-7%03x-%04x-%012llx", (unsigned)(ms >> 16), (unsigned)(ms & 0xffff),
             (unsigned)(state & 0xfff), (unsigned)(0x8000 | (state >> 12 & 0x3fff)), (unsigned long long)(state >> 16));
    append(text, uuid, 36);
}

static void post_note(void) {
    static Buffer text;
    char part[24];
    text.size = 0;
    for (const char *at = note_text; *at; at++) {
        if (at[0] == '%' && at[1] == 'U') add_uuid(&text), at++;
        else if (at[0] == '%' && at[1] == 'A') append(&text, part, (size_t)sprintf(part, "%llu", (unsigned long long)notes_posted)), at++;
        else if (at[0] == '%' && at[1] == 'N') append(&text, part, (size_t)sprintf(part, "nr%08lluxq", (unsigned long long)notes_posted)), at++;
        else append(&text, at, 1);
    }
    if (notes_posted == notes_capacity) {
        notes_capacity = notes_capacity * 2 + 4096;
        notes = realloc(notes, notes_capacity * sizeof *notes);
    }
    notes[notes_posted] = (Note){.sent_at = now()};
    send_text(writers[notes_posted++ % (uint64_t)writers_count], text.data, text.size);
}

/* Let things happen for at most so many nanoseconds. */
static void wait_for_events(int64_t nanoseconds) {
    struct epoll_event events[MAX_EVENTS];
    if (nanoseconds < 0) nanoseconds = 0;
    struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    int count = epoll_pwait2(epoll_fd, events, MAX_EVENTS, &timeout, 0);
    for (int n = 0; n < count; n++) handle_event(events[n].data.ptr, events[n].events);
}

/* Connect `count` more, a few at a time. */
static void connect_more(Role role, int count) {
    Connection ***all = role == FOLLOWER ? &followers : &writers;
    int *size = role == FOLLOWER ? &followers_count : &writers_count;
    int *ready = role == FOLLOWER ? &followers_ready : &writers_ready, opened = 0, before = *ready;
    uint64_t began = now();
    *all = realloc(*all, (size_t)(*size + count) * sizeof **all);
    while (*ready < before + count && now() - began < CONNECT_TIMEOUT) {
        while (opened < count && opened - (*ready - before) < MAX_CONNECTING) {
            (*all)[(*size)++] = open_websocket(role, 0);
            opened++;
        }
        wait_for_events(100000000);
    }
    printf("{\"connected\":%d,\"seconds\":%.3f}\n", *ready - before, (double)(now() - began) / 1e9);
}

/* How many notes of this run a visitor has seen neither on the page, nor in the catch-up, nor live. */
static uint64_t missing_for(const Visitor *v) {
    uint64_t missing = 0, posted = notes_posted - run.first_note;
    if (!catch_up_path || !v->finished) return 0;
    for (uint64_t n = 0; n < posted && n < MAX_SEEN; n++) missing += !(v->seen[n / 64] >> (n % 64) & 1);
    return missing;
}

static bool visitors_are_done(bool writing) {
    for (int n = 0; n < visitors_count; n++) {
        if (visitors[n]->failed) continue;
        if (!visitors[n]->finished || (!writing && missing_for(visitors[n]))) return false;
    }
    return true;
}

static void report_visitors(void) {
    int finished = 0, failed = 0;
    uint64_t missing = 0;
    for (int n = 0; n < visitors_count; n++) {
        failed += visitors[n]->failed;
        finished += visitors[n]->finished;
        missing += missing_for(visitors[n]);
    }
    printf("\"visitors\":{\"came\":%d,\"finished\":%d,\"failed\":%d,\"missing\":%llu,", visitors_count, finished, failed,
           (unsigned long long)missing);
    print_histogram("page_ms", &run.page);
    print_histogram("arrival_ms", &run.arrival);
    printf("\"n\":%d},", visitors_count);
}

static void report(double cpu) {
    uint64_t posted = notes_posted - run.first_note, doubled = 0, missing = 0;
    for (uint64_t n = run.first_note; n < notes_posted; n++) {
        uint32_t got = notes[n].deliveries, due = (uint32_t)followers_ready;
        if (got > due) doubled += got - due;
        else missing += due - got;
    }
    double elapsed = (double)(now() - run.started_at) / 1e9, busy = (double)(run.last_delivery_at - run.started_at) / 1e9;
    printf("{\"followers\":%d,\"writers\":%d,\"notes\":%llu,\"acked\":%llu,\"refused\":%llu,\"deliveries\":%llu,"
           "\"missing\":%llu,\"doubled\":%llu,\"dead\":%d,\"undecodable\":%llu,\"seconds\":%.3f,\"rate\":%.0f,"
           "\"frames\":%llu,\"bytes\":%llu,",
           followers_ready, writers_ready, (unsigned long long)posted, (unsigned long long)run.acked,
           (unsigned long long)run.refused, (unsigned long long)run.deliveries, (unsigned long long)missing,
           (unsigned long long)doubled, dead, (unsigned long long)run.undecodable, elapsed,
           busy > 0 ? (double)run.deliveries / busy : 0, (unsigned long long)run.frames, (unsigned long long)run.bytes);
    print_histogram("delivery_ms", &run.delivery);
    print_histogram("ack_ms", &run.ack);
    print_histogram("probe_ms", &run.probe);
    if (visitors_count) report_visitors();
    printf("\"client_busy\":%.3f}\n", (cpu_seconds() - cpu) / elapsed);
}

/* One run: notes at `rate` a second, or `in_flight` at any time; visitors and probes beside them. */
static void load(double rate, uint64_t in_flight, double seconds) {
    double cpu = cpu_seconds();
    uint64_t start = now(), end = start + (uint64_t)(seconds * 1e9), deadline = end + (uint64_t)(drain_seconds * 1e9);
    double next_note = (double)start, next_probe = (double)start, next_visit = (double)start;
    double visit_step = visits ? visit_seconds * 1e9 / visits : 0;
    int to_come = visits;
    run = (Run){.first_note = notes_posted, .started_at = start};
    for (uint64_t t = start; t < deadline; t = now()) {
        bool writing = t < end;
        if (!writing && run.completed >= notes_posted - run.first_note && !to_come &&
            visitors_are_done(writing) && !probe_is_waiting()) break;
        if (writing && rate) for (; next_note <= (double)t; next_note += 1e9 / rate) post_note();
        if (writing && in_flight) while (notes_posted - run.first_note - run.completed < in_flight) post_note();
        for (; to_come && next_visit <= (double)t; next_visit += visit_step, to_come--) visitor_arrives();
        if (probe_rate && (writing || !visitors_are_done(writing)) && next_probe <= (double)t && !probe_is_waiting()) {
            send_probe((uint64_t)next_probe);
            next_probe += 1e9 / probe_rate;
        }
        double next = writing ? (double)end : (double)t + 20e6;
        if (writing && rate) next = fmin(next, next_note);
        if (to_come) next = fmin(next, next_visit);
        if (probe_rate && !probe_is_waiting()) next = fmin(next, fmax(next_probe, (double)t + 1e5));
        wait_for_events((int64_t)(next - (double)now()));
    }
    report(cpu);
    send_visitors_away();
    visits = 0;
}

static bool obey(char *line) {
    char *space = strchr(line, ' '), *rest = space ? strdup(space + 1) : strdup("");
    double first = 0, second = 0;
    if (space) *space = 0;
    int numbers = sscanf(rest, "%lf %lf", &first, &second);
    if (!strcmp(line, "quit")) return false;
    if (!strcmp(line, "follow")) follow_text = rest;
    else if (!strcmp(line, "auth") && !strncmp(rest, "writer ", 7)) add_writer_auth(rest + 7);
    else if (!strcmp(line, "auth")) follower_auth = rest + 9;
    else if (!strcmp(line, "note")) note_text = rest;
    else if (!strcmp(line, "deflate")) offer_deflate = !strcmp(rest, "on");
    else if (!strcmp(line, "page")) page_path = rest;
    else if (!strcmp(line, "file")) add_file_path(rest);
    else if (!strcmp(line, "catchup")) catch_up_path = rest;
    else if (!strcmp(line, "nopage")) forget_paths();
    else if (!strcmp(line, "drain") && numbers) drain_seconds = first;
    else if (!strcmp(line, "visitors") && numbers == 2) visits = (int)first, visit_seconds = second;
    else if (!strcmp(line, "probe") && numbers) probe_rate = first, probe_path = strchr(rest, ' ') ? strchr(rest, ' ') + 1 : 0;
    else if (!strcmp(line, "followers") && numbers) return connect_more(FOLLOWER, (int)first), true;
    else if (!strcmp(line, "writers") && numbers) return connect_more(WRITER, (int)first), true;
    else if (!strcmp(line, "open") && numbers == 2) return load(first, 0, second), true;
    else if (!strcmp(line, "closed") && numbers == 2) return load(0, (uint64_t)first, second), true;
    else printf("{\"error\":\"unknown command\"}\n");
    return true;
}

/* Obey every whole line that stdin has. Pings of the server are answered while there is none. */
static bool read_commands(void) {
    char part[4096], *end;
    ssize_t got = read(0, part, sizeof part);
    if (!got) return false;
    if (got > 0) {
        commands = realloc(commands, commands_size + (size_t)got + 1);
        memcpy(commands + commands_size, part, (size_t)got);
        commands_size += (size_t)got;
    }
    while ((end = memchr(commands, '\n', commands_size))) {
        *end = 0;
        if (!obey(commands)) return false;
        fflush(stdout);
        commands_size -= (size_t)(end + 1 - commands);
        memmove(commands, end + 1, commands_size);
    }
    return true;
}

int main(int count, char **words) {
    struct rlimit files;
    if (count != 2) return fprintf(stderr, "usage: load PORT\n"), 2;
    port = atoi(words[1]);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    epoll_fd = epoll_create1(0);
    commands = malloc(1);
    fcntl(0, F_SETFL, O_NONBLOCK);
    while (read_commands()) wait_for_events(5000000);
    return 0;
}

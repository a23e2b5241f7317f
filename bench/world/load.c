/* Load for one gateway, over HTTP/1.1 with kept connections; one thread, no dependencies (OpenSSL with -DWITH_TLS).
 *
 *   load rate   PORT REQUEST CONNECTIONS SECONDS WARM RATE  [tls]     a fixed number of requests a second
 *   load chunks PORT REQUEST CONNECTIONS SECONDS WARM CREDIT [tls]    as many streamed chunks as come back one by one
 *
 * REQUEST is a file with one whole request, head and body. Prints one line of JSON.
 *
 * rate: a request is due every 1/RATE seconds whatever became of those before it, and its time counts from when it was
 * due, so that a gateway that stalls is charged for every request that it kept waiting (no coordinated omission).
 *
 * chunks: each connection asks for a stream, and again when it has ended. The digits after "stream-" in REQUEST become
 * the connection's number; for each event that arrived, that number goes to upstream.c by UDP (port CREDIT), which only
 * then sends the stream's next one. So no more than one event of a stream is ever under way: every one is a TCP segment
 * of its own, and is read and written by the gateway on its own.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

enum { MOST_CONNECTIONS = 4096, HEAD_BYTES = 32768, READ_BYTES = 262144, GRACE_MS = 2000 };
enum state { HEAD, WHOLE, SIZE, EXTENSION, DATA, DATA_END, TRAILER };

struct connection {
  int fd, number, busy, answered; /* answered: the first byte of the body has come */
  uint64_t due;                   /* when this request should have been sent, ns */
  char *request;
  size_t unsent;
  enum state state;
  size_t head_length, left, line;
  int after_newline;
  char head[HEAD_BYTES];
#ifdef WITH_TLS
  SSL *tls;
#endif
};

static struct connection *connections[MOST_CONNECTIONS], *idle[MOST_CONNECTIONS];
static int idle_count, port, use_tls, epoll, credit = -1;
static char *request;
static size_t request_length;
static uint64_t start, measured_from, end_at;
static uint64_t asked, completed, failed, reconnected, unfinished, events, measured_events, streams;
static uint64_t *whole_times, *first_times;
static size_t whole_count, first_count, most_times;
static uint16_t credits[READ_BYTES / 8];
static int credit_count;
#ifdef WITH_TLS
static SSL_CTX *context;
#endif

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void open_connection(struct connection *c) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  int one = 1;
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("cannot connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
#ifdef WITH_TLS
  if (use_tls) { /* the handshake blocks: it is not what is measured */
    c->tls = SSL_new(context);
    SSL_set_fd(c->tls, c->fd);
    if (SSL_connect(c->tls) != 1) die("no TLS handshake");
  }
#endif
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) die("epoll");
}

static void reopen(struct connection *c) {
#ifdef WITH_TLS
  if (c->tls) SSL_free(c->tls), c->tls = NULL;
#endif
  close(c->fd);
  reconnected++;
  open_connection(c);
}

static ssize_t receive(struct connection *c, char *into, size_t most) {
#ifdef WITH_TLS
  if (c->tls) {
    int got = SSL_read(c->tls, into, (int)most);
    if (got > 0) return got;
    errno = SSL_get_error(c->tls, got) == SSL_ERROR_WANT_READ ? EAGAIN : ECONNRESET;
    return -1;
  }
#endif
  return recv(c->fd, into, most, 0);
}

static void flush_request(struct connection *c) {
  while (c->unsent) {
    const char *from = c->request + request_length - c->unsent;
    ssize_t sent;
#ifdef WITH_TLS
    if (c->tls) {
      int put = SSL_write(c->tls, from, (int)c->unsent);
      sent = put > 0 ? put : -1;
      if (put <= 0) errno = EAGAIN;
    } else
#endif
      sent = send(c->fd, from, c->unsent, MSG_NOSIGNAL);
    if (sent < 0) break; /* full: the rest when it can be written; gone: the read side will say so */
    c->unsent -= (size_t)sent;
  }
  struct epoll_event event = {.events = c->unsent ? EPOLLIN | EPOLLOUT : EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void send_credits(void) {
  if (credit_count) send(credit, credits, (size_t)credit_count * 2, 0);
  credit_count = 0;
}

static void ask(struct connection *c, uint64_t due) {
  c->busy = 1, c->answered = 0, c->due = due, c->state = HEAD, c->head_length = 0, c->unsent = request_length;
  asked++;
  if (credit >= 0) send_credits(); /* those of the stream before must not reach this one */
  ssize_t sent = -1;
  if (!use_tls) sent = send(c->fd, c->request, request_length, MSG_NOSIGNAL);
  if (sent == (ssize_t)request_length) c->unsent = 0;
  else {
    if (sent > 0) c->unsent -= (size_t)sent;
    flush_request(c);
  }
}

static void done(struct connection *c, uint64_t at) {
  c->busy = 0;
  completed++;
  if (at >= measured_from && c->due >= measured_from && whole_count < most_times) whole_times[whole_count++] = at - c->due;
  if (credit >= 0) {
    streams++;
    if (at < end_at) ask(c, at);
  } else
    idle[idle_count++] = c;
}

static void fail(struct connection *c, const char *why) {
  if (!failed++) fprintf(stderr, "load: %s: %.*s\n", why, (int)(c->head_length < 600 ? c->head_length : 600), c->head);
  c->busy = 0;
  reopen(c);
  if (credit < 0) idle[idle_count++] = c;
  else if (now_ns() < end_at && failed < 100) ask(c, now_ns());
}

/* Body bytes: the first of them, and the ends of events. */
static void body(struct connection *c, const char *at, size_t length, uint64_t now) {
  if (!c->answered && length) {
    c->answered = 1, c->after_newline = 0;
    if (now >= measured_from && c->due >= measured_from && first_count < most_times) first_times[first_count++] = now - c->due;
  }
  for (const char *end = at + length; at < end;) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    if (!newline) { c->after_newline = 0; return; }
    if (newline == at && c->after_newline) {
      c->after_newline = 0, events++;
      if (now >= measured_from && now < end_at) measured_events++;
      if (credit >= 0) credits[credit_count++] = htons((uint16_t)c->number);
    } else
      c->after_newline = 1;
    at = newline + 1;
  }
}

/* The head is whole: how long is what follows? 0 if that cannot be said or it is no 200. */
static int understood(struct connection *c) {
  c->head[c->head_length] = 0;
  if (strncmp(c->head, "HTTP/1.1 200", 12)) return 0;
  const char *length = strcasestr(c->head, "\r\ncontent-length:");
  if (length) { c->state = WHOLE, c->left = strtoul(length + 17, NULL, 10); return 1; }
  if (!strcasestr(c->head, "\r\ntransfer-encoding: chunked")) return 0;
  c->state = SIZE, c->left = 0;
  return 1;
}

/* One piece of an answer. Returns 0 if the connection is to be given up. */
static int take(struct connection *c, const char *at, size_t length, uint64_t now) {
  const char *end = at + length;
  while (at < end) {
    size_t here = (size_t)(end - at);
    switch (c->state) {
    case HEAD:
      if (c->head_length >= HEAD_BYTES - 1) return 0;
      c->head[c->head_length++] = *at++;
      if (c->head_length >= 4 && !memcmp(c->head + c->head_length - 4, "\r\n\r\n", 4)) {
        if (!understood(c)) return 0;
        if (c->state == WHOLE && !c->left) { done(c, now); return 1; }
      }
      break;
    case WHOLE:
    case DATA: {
      size_t part = here < c->left ? here : c->left;
      body(c, at, part, now);
      at += part, c->left -= part;
      if (!c->left && c->state == WHOLE) { done(c, now); return 1; }
      if (!c->left) c->state = DATA_END;
      break;
    }
    case SIZE:
      if (*at == '\r') ;
      else if (*at == '\n') {
        c->state = c->left ? DATA : TRAILER, c->line = 0;
      } else if (*at == ';') c->state = EXTENSION;
      else c->left = c->left * 16 + (size_t)(*at <= '9' ? *at - '0' : (*at | 32) - 'a' + 10);
      at++;
      break;
    case EXTENSION:
      if (*at++ == '\n') c->state = c->left ? DATA : TRAILER, c->line = 0;
      break;
    case DATA_END:
      if (*at++ == '\n') c->state = SIZE, c->left = 0;
      break;
    case TRAILER:
      if (*at == '\n') {
        if (!c->line) { done(c, now); return 1; }
        c->line = 0;
      } else if (*at != '\r') c->line++;
      at++;
      break;
    }
  }
  return 1;
}

static void readable(struct connection *c) {
  static char bytes[READ_BYTES];
  for (;;) {
    ssize_t got = receive(c, bytes, sizeof bytes);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      if (c->busy) fail(c, "the connection ended before the answer");
      else reopen(c);
      return;
    }
    if (!c->busy) { fail(c, "bytes that nobody asked for"); return; }
    if (!take(c, bytes, (size_t)got, now_ns())) { fail(c, "not an answer that can be counted"); return; }
    if (!use_tls) return; /* level-triggered; but TLS may hold decrypted bytes that epoll does not see */
  }
}

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void print_times(const char *name, uint64_t *times, size_t count) {
  static const struct { const char *name; double share; } shares[] = {
      {"p50", .5}, {"p90", .9}, {"p99", .99}, {"p999", .999}, {"max", 1}};
  qsort(times, count, sizeof *times, ascending);
  printf(", \"%s_us\": {\"count\": %zu", name, count);
  for (size_t i = 0; count && i < sizeof shares / sizeof *shares; i++) {
    size_t place = (size_t)(shares[i].share * (double)count);
    printf(", \"%s\": %.1f", shares[i].name, (double)times[place < count ? place : count - 1] / 1e3);
  }
  printf("}");
}

static void read_request(const char *path) {
  struct stat facts;
  FILE *file = fopen(path, "rb");
  if (!file || fstat(fileno(file), &facts)) die(path);
  request_length = (size_t)facts.st_size;
  request = malloc(request_length);
  if (fread(request, 1, request_length, file) != request_length) die(path);
  fclose(file);
}

static struct connection *new_connection(int number) {
  struct connection *c = calloc(1, sizeof *c);
  c->number = number;
  c->request = malloc(request_length);
  memcpy(c->request, request, request_length);
  char *marker = memmem(c->request, request_length, "stream-", 7), digits[5];
  if (marker) {
    snprintf(digits, sizeof digits, "%04d", number);
    memcpy(marker + 7, digits, 4);
  }
  open_connection(c);
  return c;
}

/* Wait for what comes; until `until` at most. */
static void turn(int timer, uint64_t until) {
  struct epoll_event ready[512];
  struct itimerspec at = {.it_value = {.tv_sec = (time_t)(until / 1000000000u), .tv_nsec = (long)(until % 1000000000u)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
  int count = epoll_wait(epoll, ready, 512, -1);
  for (int i = 0; i < count; i++) {
    struct connection *c = ready[i].data.ptr;
    if (!c) {
      uint64_t times;
      if (read(timer, &times, sizeof times) < 0 && errno != EAGAIN) die("timer");
      continue;
    }
    if (ready[i].events & EPOLLOUT) flush_request(c);
    if (ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) readable(c);
  }
  send_credits();
}

int main(int count, char **words) {
  if (count < 8) return fprintf(stderr, "usage: load rate|chunks PORT REQUEST CONNECTIONS SECONDS WARM RATE|CREDIT [tls]\n"), 2;
  int chunks = !strcmp(words[1], "chunks"), many = atoi(words[4]);
  double seconds = atof(words[5]), warm = atof(words[6]), rate = atof(words[7]);
  port = atoi(words[2]), use_tls = count > 8;
  read_request(words[3]);
  if (many < 1 || many > MOST_CONNECTIONS || (!chunks && rate <= 0)) return 2;
#ifdef WITH_TLS
  context = SSL_CTX_new(TLS_client_method());
#else
  if (use_tls) return fprintf(stderr, "load: built without TLS\n"), 2;
#endif
  prctl(PR_SET_TIMERSLACK, 1);
  epoll = epoll_create1(0);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
  if (chunks) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[7]))};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    credit = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(credit, (struct sockaddr *)&to, sizeof to)) die("credits");
  } else {
    most_times = (size_t)(rate * (seconds + warm)) + 16;
    whole_times = calloc(most_times, sizeof *whole_times);
    first_times = calloc(most_times, sizeof *first_times);
  }
  for (int i = 0; i < many; i++) connections[i] = new_connection(i);

  start = now_ns();
  measured_from = start + (uint64_t)(warm * 1e9);
  end_at = measured_from + (uint64_t)(seconds * 1e9);
  if (chunks) {
    for (int i = 0; i < many; i++) ask(connections[i], start);
    while (now_ns() < end_at && failed < 100) turn(timer, end_at);
  } else {
    for (int i = 0; i < many; i++) idle[idle_count++] = connections[i];
    uint64_t planned = (uint64_t)(rate * (seconds + warm)), next = 0;
    uint64_t give_up = end_at + GRACE_MS * 1000000ull;
    for (;;) {
      uint64_t now = now_ns(), due = start + (uint64_t)((double)next * 1e9 / rate);
      while (next < planned && due <= now && idle_count) {
        ask(idle[--idle_count], due);
        due = start + (uint64_t)((double)++next * 1e9 / rate);
      }
      if ((next == planned && idle_count == many) || now >= give_up) break;
      turn(timer, next < planned && idle_count ? due : give_up);
    }
    unfinished = planned - next + (uint64_t)(many - idle_count);
  }
  double took = (double)(now_ns() - start) / 1e9;
  printf("{\"seconds\": %.3f, \"asked\": %lu, \"completed\": %lu, \"failed\": %lu, \"unfinished\": %lu, \"reconnected\": %lu", took,
         asked, completed, failed, unfinished, reconnected);
  if (chunks)
    printf(", \"events\": %lu, \"events_per_second\": %.1f, \"streams\": %lu", events, (double)measured_events / seconds, streams);
  else {
    print_times("whole", whole_times, whole_count);
    print_times("first", first_times, first_count);
  }
  printf("}\n");
  return 0;
}

/* An upstream that costs little: `upstream PORT`. One thread, no dependencies, HTTP/1.1 with kept connections.
 *
 * A POST is answered with a chat completion of 1 kB; with "stream": true in its body, by as many events as "max_tokens"
 * says, each an HTTP chunk and a write of its own, then one with the finish_reason, one with the usage, and [DONE].
 * With "stream-NNNN" in its body, each event after the first waits until UDP to the same port number brings NNNN
 * (two bytes, big end first): see load.c. A GET is answered with a list of models, whatever its path.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_BYTES = 1 << 20, STREAMS = 10000, ANSWER_BYTES = 1024, MOST_CHUNKS = 1000000 };

struct connection {
  int fd, stream; /* stream: its number if its events wait for credit, else -1 */
  long chunks;    /* still to send */
  size_t length;
  char *bytes;
};

static struct connection *by_stream[STREAMS];
static int tcp, udp, epoll;
static char answer[ANSWER_BYTES + 256], event[512], last[1024];
static int answer_length, event_length, last_length, last_parts[3];

static const char models[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 73\r\n\r\n"
                             "{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"object\":\"model\",\"owned_by\":\"bench\"}]}";
static const char stream_head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
                                  "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

/* All of it; a peer that does not read holds us up, which with a few hundred small pieces does not happen. */
static void put(int fd, const char *bytes, size_t length) {
  while (length) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent > 0) { bytes += sent, length -= (size_t)sent; continue; }
    if (errno != EAGAIN) return;
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    if (poll(&wait, 1, 1000) < 1) return;
  }
}

static void prepare(void) {
  char body[ANSWER_BYTES + 1], data[400];
  int filled = snprintf(body, sizeof body,
      "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":"
      "{\"role\":\"assistant\",\"content\":\"");
  static const char tail[] = "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":160,\"total_tokens\":360}}";
  while (filled < ANSWER_BYTES - (int)sizeof tail + 1) body[filled] = "At the town hall. "[filled % 18], filled++;
  memcpy(body + filled, tail, sizeof tail);
  answer_length = snprintf(answer, sizeof answer,
      "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", ANSWER_BYTES, body);

  static const char *kinds[] = {
      "{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}],\"usage\":null",
      "{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null",
      "],\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":160,\"total_tokens\":360}"};
  for (int i = 0; i < 3; i++) {
    int length = snprintf(data, sizeof data,
        "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[%s}\n\n", kinds[i]);
    char *into = i ? last + last_length : event;
    int put_there = snprintf(into, 512, "%x\r\n%s\r\n", (unsigned)length, data);
    if (i) last_parts[i - 1] = put_there, last_length += put_there;
    else event_length = put_there;
  }
  last_parts[2] = snprintf(last + last_length, 64, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

static void next_event(struct connection *c) {
  if (c->chunks > 0) {
    put(c->fd, event, (size_t)event_length);
    if (--c->chunks) return;
  }
  if (c->chunks < 0) return;
  c->chunks = -1;
  for (int i = 0, from = 0; i < 3; from += last_parts[i++]) put(c->fd, last + from, (size_t)last_parts[i]);
  if (c->stream >= 0) by_stream[c->stream] = NULL, c->stream = -1;
}

static void take_credits(void) {
  static uint16_t numbers[32768];
  ssize_t got;
  while ((got = recv(udp, numbers, sizeof numbers, 0)) > 0)
    for (ssize_t i = 0; i < got / 2; i++) {
      unsigned number = ntohs(numbers[i]);
      if (number < STREAMS && by_stream[number]) next_event(by_stream[number]);
    }
}

static long number_after(const char *body, size_t length, const char *name) {
  const char *at = memmem(body, length, name, strlen(name));
  if (!at) return -1;
  at += strlen(name);
  while (*at == ' ') at++;
  return strtol(at, NULL, 10);
}

static void respond(struct connection *c, const char *body, size_t length) {
  if (!strncmp(c->bytes, "GET ", 4)) { put(c->fd, models, sizeof models - 1); return; }
  const char *stream = memmem(body, length, "\"stream\":", 9);
  if (!stream || strncmp(stream + 9 + (stream[9] == ' '), "true", 4)) { put(c->fd, answer, (size_t)answer_length); return; }
  long chunks = number_after(body, length, "\"max_tokens\":"), number = number_after(body, length, "stream-");
  c->chunks = chunks > 0 && chunks < MOST_CHUNKS ? chunks : 8;
  c->stream = number >= 0 && number < STREAMS ? (int)number : -1;
  put(c->fd, stream_head, sizeof stream_head - 1);
  if (c->stream >= 0) {
    take_credits(); /* what is left of the stream before */
    by_stream[c->stream] = c;
    next_event(c);
  } else
    while (c->chunks >= 0) next_event(c);
}

/* Answer every whole request in the buffer. Returns 0 if this is no request. */
static int requests(struct connection *c) {
  for (;;) {
    c->bytes[c->length] = 0;
    char *end = memmem(c->bytes, c->length, "\r\n\r\n", 4);
    if (!end) return c->length < REQUEST_BYTES - 1;
    size_t head = (size_t)(end - c->bytes) + 4, whole = head;
    *end = 0;
    const char *length = strcasestr(c->bytes, "\r\ncontent-length:");
    const char *chunked = strcasestr(c->bytes, "\r\ntransfer-encoding: chunked");
    *end = '\r';
    if (length) whole += strtoul(length + 17, NULL, 10);
    else if (chunked) {
      char *stop = memmem(end + 2, c->length - head + 2, "\r\n0\r\n\r\n", 7);
      if (!stop) return c->length < REQUEST_BYTES - 1;
      whole = (size_t)(stop - c->bytes) + 7;
    }
    if (whole > REQUEST_BYTES - 1) return 0;
    if (c->length < whole) return 1;
    respond(c, c->bytes + head, whole - head);
    memmove(c->bytes, c->bytes + whole, c->length - whole);
    c->length -= whole;
    if (!c->length) return 1;
  }
}

static void finish(struct connection *c) {
  if (c->stream >= 0) by_stream[c->stream] = NULL;
  close(c->fd);
  free(c->bytes);
  free(c);
}

static void accept_one(void) {
  int one = 1, fd = accept4(tcp, NULL, NULL, SOCK_NONBLOCK);
  if (fd < 0) return;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct connection *c = calloc(1, sizeof *c);
  c->fd = fd, c->stream = -1, c->chunks = -1, c->bytes = malloc(REQUEST_BYTES);
  struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
}

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "usage: upstream PORT\n"), 2;
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1]))};
  inet_pton(AF_INET, "127.0.0.1", &here.sin_addr);
  int one = 1, room = 1 << 22;
  tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  if (bind(tcp, (struct sockaddr *)&here, sizeof here) || listen(tcp, 4096) || bind(udp, (struct sockaddr *)&here, sizeof here))
    return perror("upstream"), 1;
  prepare();
  epoll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = &tcp};
  epoll_ctl(epoll, EPOLL_CTL_ADD, tcp, &wanted);
  wanted.data.ptr = &udp;
  epoll_ctl(epoll, EPOLL_CTL_ADD, udp, &wanted);
  for (struct epoll_event ready[256];;) {
    int many = epoll_wait(epoll, ready, 256, -1);
    for (int i = 0; i < many; i++) {
      void *what = ready[i].data.ptr;
      if (what == &tcp) { accept_one(); continue; }
      if (what == &udp) { take_credits(); continue; }
      struct connection *c = what;
      ssize_t got = recv(c->fd, c->bytes + c->length, REQUEST_BYTES - 1 - c->length, 0);
      if (got < 0 && errno == EAGAIN) continue;
      if (got > 0) c->length += (size_t)got;
      if (got <= 0 || !requests(c)) finish(c);
    }
  }
}

/* Requests to the device process, and its answers: a length, a kind, and the rest; see unix(7). */

#include "library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The environment variable that has the socket's number. */
#define SOCKET_VARIABLE "SYSLAB_CUDA_SOCKET"
/* No answer is longer: the longest is a piece of a copy. */
#define LONGEST_ANSWER (PIECE + 4096)

static int connection = -1;
static pid_t owner;
static uint8_t *received;

void message_begin(struct message *message, enum request_kind kind)
{
    *message = (struct message){0};
    message_u32(message, 0);
    message_u32(message, (uint32_t)kind);
}

void message_bytes(struct message *message, const void *bytes, size_t len)
{
    if (message->is_broken || len == 0)
        return;
    if (message->room - message->len < len) {
        size_t room = 2 * (message->len + len);
        uint8_t *grown = realloc(message->bytes, room);
        if (grown == NULL) {
            message->is_broken = true;
            return;
        }
        message->bytes = grown;
        message->room = room;
    }
    memcpy(message->bytes + message->len, bytes, len);
    message->len += len;
}

void message_u32(struct message *message, uint32_t value)
{
    message_bytes(message, &value, sizeof value);
}

void message_u64(struct message *message, uint64_t value)
{
    message_bytes(message, &value, sizeof value);
}

void message_text(struct message *message, const char *text)
{
    size_t len = strlen(text);
    message_u32(message, (uint32_t)len);
    message_bytes(message, text, len);
}

static void answer_take(struct answer *answer, void *to, size_t len)
{
    memset(to, 0, len);
    if (answer->len - answer->at < len) {
        answer->is_broken = true;
        return;
    }
    memcpy(to, answer->bytes + answer->at, len);
    answer->at += len;
}

uint32_t answer_u32(struct answer *answer)
{
    uint32_t value;
    answer_take(answer, &value, sizeof value);
    return value;
}

uint64_t answer_u64(struct answer *answer)
{
    uint64_t value;
    answer_take(answer, &value, sizeof value);
    return value;
}

static bool send_all(const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(connection, bytes, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive_all(uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = recv(connection, bytes, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        bytes += got;
        len -= (size_t)got;
    }
    return true;
}

/* Finds the socket, once. A process that was forked off has no device: CUDA does not work there. */
static bool is_connected(void)
{
    if (owner == 0) {
        owner = getpid();
        const char *number = getenv(SOCKET_VARIABLE);
        if (number != NULL)
            connection = atoi(number);
        received = malloc(LONGEST_ANSWER);
    }
    return connection >= 0 && received != NULL && owner == getpid();
}

static void disconnect(void)
{
    /* Not closed: the number may be somebody else's by now. */
    connection = -1;
}

int exchange(struct message *message, struct answer *answer)
{
    bool is_sent = false;
    if (!message->is_broken && message->len <= UINT32_MAX && is_connected()) {
        uint32_t len = (uint32_t)(message->len - sizeof len);
        memcpy(message->bytes, &len, sizeof len);
        is_sent = send_all(message->bytes, message->len);
    }
    free(message->bytes);
    *message = (struct message){0};
    uint32_t len = 0;
    if (!is_sent || !receive_all((uint8_t *)&len, sizeof len) || len < sizeof(uint32_t) ||
        len > LONGEST_ANSWER || !receive_all(received, len)) {
        disconnect();
        return cudaErrorInitializationError;
    }
    struct answer read = {.bytes = received, .len = len};
    int error = (int)answer_u32(&read);
    if (answer != NULL)
        *answer = read;
    return error;
}

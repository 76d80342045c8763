#include "node/shell/devnet_meet.h"

#include "chain/base/buffer.h"
#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "node/shell/layout.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	PATIENCE_S = 5, /* for one answer; then it is asked again */
	PIECE_SIZE = 16 << 10,
	HEAD_SIZE_MAX = 1024,
};

/* -- One call ------------------------------------------------------------------------------- */

/* -1: nobody listens there. */
static int connect_to(const char *folder)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file, size = snprintf(address.sun_path, sizeof address.sun_path, "%s/" FILE_SOCKET, folder);

	if (size >= (int)sizeof address.sun_path)
		return -1;
	file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return -1;
	setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(file, (struct sockaddr *)&address, sizeof address) == 0)
		return file;
	close(file);
	return -1;
}

/* The server closes when it has answered. */
static bool receive_all(int file, struct buffer *answer)
{
	uint8_t piece[PIECE_SIZE];
	ssize_t size;

	for (;;) {
		size = recv(file, piece, sizeof piece, 0);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return size == 0 && answer->status == STATUS_OK;
		buffer_append(answer, piece, (size_t)size);
	}
}

static bool exchange(int file, struct buffer *answer, const char *method)
{
	char body[128], request[HEAD_SIZE_MAX];
	int size = snprintf(body, sizeof body,
	                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":{}}", method);

	size = snprintf(request, sizeof request,
	                "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
	                "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	                size, body);
	return send(file, request, (size_t)size, MSG_NOSIGNAL) == size && receive_all(file, answer);
}

static json_t *result_in(struct bytes_view answer)
{
	static const char gap[] = "\r\n\r\n";
	const uint8_t *end = answer.size > 0 ? memmem(answer.at, answer.size, gap, 4) : NULL;
	json_t *json, *result;

	if (!end)
		return NULL;
	json = json_loadb((const char *)end + 4, answer.size - (size_t)(end + 4 - answer.at), 0,
	                  NULL);
	result = json_incref(json_object_get(json, "result"));
	json_decref(json);
	return result;
}

/* The result, for json_decref; NULL: there was none. */
static json_t *ask(const char *folder, const char *method)
{
	int file = connect_to(folder);
	json_t *result = NULL;
	struct buffer answer;

	if (file < 0)
		return NULL;
	buffer_init(&answer, RPC_ANSWER_MAX);
	if (exchange(file, &answer, method))
		result = result_in(buffer_view(&answer));
	buffer_close(&answer);
	close(file);
	return result;
}

/* -- A member ------------------------------------------------------------------------------- */

enum status devnet_member_init(struct devnet_member *member, const char *folder, struct why *why)
{
	struct node_id id;
	enum status status = node_keys_read_id(&id, folder, why);

	*member = (struct devnet_member){.folder = folder};
	if (status == STATUS_OK)
		hex_encode(member->node_id, bytes_view(id.bytes, sizeof id.bytes));
	return status;
}

bool devnet_member_answers(struct devnet_member *member)
{
	json_t *status = ask(member->folder, "node.get_status");
	const json_t *is_validator = json_object_get(status, "is_validator");
	bool answers = json_is_boolean(is_validator);

	member->is_validator = json_is_true(is_validator);
	json_decref(status);
	return answers;
}

static bool has_peer(const json_t *peers, const char *node_id)
{
	const json_t *peer;
	size_t i;

	json_array_foreach (peers, i, peer) {
		const char *id = json_string_value(json_object_get(peer, "node_id"));

		if (id && strcmp(id, node_id) == 0)
			return true;
	}
	return false;
}

/* Of those that it is to be connected with. */
static size_t find_missing(const struct devnet_member *members, size_t count, size_t index,
                           const json_t *peers)
{
	size_t missing = count;

	for (size_t i = 0; i < count; i++) {
		if (i == index || !members[i].is_validator)
			continue;
		if (!has_peer(peers, members[i].node_id))
			missing = i;
		else if (!members[index].is_validator)
			return count;
	}
	return missing;
}

size_t devnet_member_lacks(const struct devnet_member *members, size_t count, size_t index)
{
	json_t *answer = ask(members[index].folder, "peer.list");
	size_t missing = find_missing(members, count, index, json_object_get(answer, "items"));

	json_decref(answer);
	return missing;
}

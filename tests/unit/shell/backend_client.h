/* A client on the socket of a scene's server, and short ways to compare its answers. */
#ifndef TESTS_UNIT_SHELL_BACKEND_CLIENT_H
#define TESTS_UNIT_SHELL_BACKEND_CLIENT_H

#include "chain/base/text.h"
#include "chain/crypto/address.h"
#include "tests/unit/shell/backend_scene.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* -- The client -------------------------------------------------------------------- */

static inline int client_connect(const struct scene *scene)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/rpc.sock", scene->folder);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(connect(file, (struct sockaddr *)&address, sizeof address), 0);
	return file;
}

static inline void client_send(int file, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(file, bytes, size, MSG_NOSIGNAL);

		ck_assert_int_gt(sent, 0);
		bytes += sent;
		size -= (size_t)sent;
	}
}

/* The body of the answer, parsed. */
static inline json_t *client_receive(int file)
{
	size_t size = 0, capacity = 1 << 16;
	char *text = malloc(capacity);
	char *body;
	json_error_t error;
	json_t *json;
	ssize_t got;

	while ((got = recv(file, text + size, capacity - size - 1, 0)) > 0) {
		size += (size_t)got;
		if (capacity - size < 1 << 15) {
			capacity *= 2;
			text = realloc(text, capacity);
		}
		ck_assert_ptr_nonnull(text);
	}
	ck_assert_int_eq(got, 0);
	text[size] = '\0';
	body = strstr(text, "\r\n\r\n");
	ck_assert_msg(body && strncmp(text, "HTTP/1.1 200 ", 13) == 0, "%.200s", text);
	json = json_loads(body + 4, 0, &error);
	ck_assert_msg(json != NULL, "%s", error.text);
	free(text);
	return json;
}

/* The whole answer object. `params` is taken, NULL: none. */
static inline json_t *ask_any(const struct scene *scene, const char *method,
                              json_t *params)
{
	json_t *call = json_pack("{ss si ss so*}", "jsonrpc", "2.0", "id", 7, "method",
	                         method, "params", params);
	char *body = json_dumps(call, JSON_COMPACT);
	char head[160];
	int file = client_connect(scene);
	json_t *answer;

	ck_assert_ptr_nonnull(body);
	snprintf(head, sizeof head,
	         "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
	         "Connection: close\r\nContent-Length: %zu\r\n\r\n",
	         strlen(body));
	client_send(file, head, strlen(head));
	client_send(file, body, strlen(body));
	answer = client_receive(file);
	close(file);
	json_decref(call);
	free(body);
	return answer;
}

/* The result, to be freed with json_decref. */
static inline json_t *ask(const struct scene *scene, const char *method, json_t *params)
{
	json_t *answer = ask_any(scene, method, params);
	json_t *result = json_incref(json_object_get(answer, "result"));
	char *text = json_dumps(json_object_get(answer, "error"), JSON_ENCODE_ANY);

	ck_assert_msg(result != NULL, "%s: %s", method, text);
	free(text);
	json_decref(answer);
	return result;
}

/* The call fails with this code and a message that has `text` in it. */
static inline void expect_error(const struct scene *scene, const char *method,
                                json_t *params, int code, const char *text)
{
	json_t *answer = ask_any(scene, method, params);
	const json_t *error = json_object_get(answer, "error");
	const char *message = json_string_value(json_object_get(error, "message"));

	ck_assert_msg(error != NULL, "%s succeeded, wanted %d", method, code);
	ck_assert_msg(json_integer_value(json_object_get(error, "code")) == code,
	              "%s: wanted %d, got %d: %s", method, code,
	              (int)json_integer_value(json_object_get(error, "code")), message);
	ck_assert_msg(strstr(message, text) != NULL, "'%s' is not in '%s'", text, message);
	json_decref(answer);
}

/* All items of a list, asked for in pages of `limit`, each but the last full. `params` is
 * taken, NULL: none. */
static inline json_t *ask_all(const struct scene *scene, const char *method,
                              json_t *params, size_t limit)
{
	json_t *items = json_array();
	json_t *given = params ? params : json_object();
	bool more = true;

	json_object_set_new(given, "limit", json_integer((json_int_t)limit));
	while (more) {
		json_t *page = ask(scene, method, json_copy(given));
		json_t *got = json_object_get(page, "items");
		json_t *next = json_object_get(page, "next");

		ck_assert(json_is_array(got) && (json_is_string(next) || json_is_null(next)));
		more = json_is_string(next);
		ck_assert_uint_le(json_array_size(got), limit);
		ck_assert(!more || json_array_size(got) == limit);
		json_array_extend(items, got);
		json_object_set(given, "cursor", next);
		json_decref(page);
	}
	json_decref(given);
	return items;
}

/* -- Comparing --------------------------------------------------------------------- */

static inline const char *text_of(const json_t *json, const char *name)
{
	const json_t *value = json_object_get(json, name);

	ck_assert_msg(json_is_string(value), "\"%s\" is no string", name);
	return json_string_value(value);
}

static inline void check_text(const json_t *json, const char *name, const char *wanted)
{
	ck_assert_msg(strcmp(text_of(json, name), wanted) == 0, "\"%s\" is '%s', not '%s'",
	              name, text_of(json, name), wanted);
}

static inline void check_null(const json_t *json, const char *name)
{
	ck_assert_msg(json_is_null(json_object_get(json, name)), "\"%s\" is not null", name);
}

static inline void check_true(const json_t *json, const char *name, bool wanted)
{
	const json_t *value = json_object_get(json, name);

	ck_assert_msg(json_is_boolean(value) && json_is_true(value) == wanted,
	              "\"%s\" is not %d", name, wanted);
}

static inline uint64_t count_of(const json_t *json, const char *name)
{
	const json_t *value = json_object_get(json, name);

	ck_assert_msg(json_is_integer(value), "\"%s\" is no integer", name);
	return (uint64_t)json_integer_value(value);
}

static inline void check_count(const json_t *json, const char *name, uint64_t wanted)
{
	ck_assert_msg(count_of(json, name) == wanted, "\"%s\" is %llu, not %llu", name,
	              (unsigned long long)count_of(json, name), (unsigned long long)wanted);
}

static inline void check_hex(const json_t *json, const char *name, const void *bytes,
                             size_t size)
{
	char wanted[2 * SIGNATURE_SIZE + 1];

	ck_assert_uint_le(size, SIGNATURE_SIZE);
	hex_encode(wanted, bytes_view(bytes, size));
	check_text(json, name, wanted);
}

static inline void check_hash(const json_t *json, const char *name,
                              const struct hash *wanted)
{
	check_hex(json, name, wanted->bytes, HASH_SIZE);
}

static inline void check_account(const json_t *json, const char *name,
                                 const struct hash *wanted)
{
	char text[ADDRESS_TEXT_SIZE];

	address_encode(text, wanted);
	check_text(json, name, text);
}

/* Into memory to be freed with free. */
static inline uint8_t *bytes_of(const json_t *json, const char *name, size_t *size)
{
	struct bytes_view text = text_view(text_of(json, name));
	uint8_t *bytes = malloc(base64_decoded_size_max(text.size) + 1);

	ck_assert(base64_decode(bytes, size, text));
	return bytes;
}

static inline void check_base64(const json_t *json, const char *name,
                                struct bytes_view wanted)
{
	size_t size;
	uint8_t *bytes = bytes_of(json, name, &size);

	ck_assert_msg(bytes_equal(bytes_view(bytes, size), wanted), "\"%s\" is different",
	              name);
	free(bytes);
}

static inline json_t *json_hex(const struct hash *hash)
{
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(hash));
	return json_string(text);
}

#endif

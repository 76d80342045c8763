#include "wallet-cli/networks.h"

#include "chain/base/limits.h"
#include "chain/base/text.h"
#include "wallet-cli/value_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "networks.json"

enum exit_code networks_load(struct networks *networks, const char *folder,
                             struct failure *failure)
{
	struct buffer text;
	enum exit_code exit_code;

	*networks = (struct networks){0};
	if (snprintf(networks->path, sizeof networks->path, "%s/%s", folder, FILE_NAME) >=
	    (int)sizeof networks->path)
		return failure_set(failure, EXIT_CODE_USAGE, "the path %.200s is too long",
		                   folder);
	buffer_init(&text, NETWORKS_FILE_SIZE_MAX);
	exit_code = value_read_file(&text, networks->path, "the memory of networks", failure);
	if (exit_code == EXIT_CODE_OK)
		networks->root =
			json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, NULL);
	else if (exit_code == EXIT_CODE_NOT_FOUND)
		networks->root = json_object();
	buffer_close(&text);
	if (json_is_object(networks->root))
		return EXIT_CODE_OK;
	if (exit_code == EXIT_CODE_OK) {
		exit_code =
			failure_set(failure, EXIT_CODE_FAILURE, "%.300s is damaged", networks->path);
		failure_hint(failure, "it can be removed: it is written anew");
	}
	networks_close(networks);
	return exit_code;
}

void networks_close(struct networks *networks)
{
	json_decref(networks->root);
	*networks = (struct networks){0};
}

static bool write_text(int descriptor, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t written = write(descriptor, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return true;
}

enum exit_code networks_save(struct networks *networks, struct failure *failure)
{
	char path[sizeof networks->path + 16];
	char *text;
	bool is_good;
	int descriptor;

	if (!networks->is_changed)
		return EXIT_CODE_OK;
	text = json_dumps(networks->root, JSON_INDENT(2));
	/* The process id keeps two wallets from writing one file at once. */
	snprintf(path, sizeof path, "%s.%ld", networks->path, (long)getpid());
	descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	/* Synced: a file that a power failure emptied would keep every wallet from writing. */
	is_good = text && descriptor >= 0 && write_text(descriptor, text, strlen(text)) &&
	          fsync(descriptor) == 0;
	if (descriptor >= 0 && close(descriptor) != 0)
		is_good = false;
	free(text);
	if (is_good && rename(path, networks->path) == 0) {
		networks->is_changed = false;
		return EXIT_CODE_OK;
	}
	failure_set(failure, EXIT_CODE_FAILURE, "%.300s cannot be written: %s",
	            networks->path, strerror(errno));
	unlink(path);
	return EXIT_CODE_FAILURE;
}

/* -- Members ------------------------------------------------------------------------ */

static bool read_hex(uint8_t *bytes, size_t size, const json_t *value)
{
	return json_is_string(value) &&
	       hex_decode(bytes, size,
	                  bytes_view(json_string_value(value), json_string_length(value)));
}

/* The object under a name, made where it is missing; NULL: memory is out. */
static json_t *member_of(json_t *object, const char *name)
{
	json_t *member = json_object_get(object, name);

	if (json_is_object(member))
		return member;
	if (json_object_set_new(object, name, json_object()) != 0)
		return NULL;
	return json_object_get(object, name);
}

/* What cannot be remembered for want of memory is not remembered. */
static void set_text(struct networks *networks, json_t *object, const char *name,
                     const char *text)
{
	const json_t *old = json_object_get(object, name);

	if (!object || (json_is_string(old) && strcmp(json_string_value(old), text) == 0))
		return;
	if (json_object_set_new(object, name, json_string(text)) == 0)
		networks->is_changed = true;
}

bool networks_node(const struct networks *networks, const char *node,
                   struct hash *genesis, const char **name)
{
	const json_t *entry = json_object_get(json_object_get(networks->root, "nodes"), node);
	const json_t *network = json_object_get(entry, "network");

	*name = json_is_string(network) ? json_string_value(network) : "";
	return read_hex(genesis->bytes, HASH_SIZE, json_object_get(entry, "genesis"));
}

void networks_set_node(struct networks *networks, const char *node,
                       const struct hash *genesis, const char *name)
{
	json_t *entry = member_of(member_of(networks->root, "nodes"), node);
	char text[HASH_HEX_SIZE];

	hex_encode(text, hash_view(genesis));
	set_text(networks, entry, "genesis", text);
	set_text(networks, entry, "network", name);
}

bool networks_key(const struct networks *networks, const struct hash *genesis,
                  const struct hash *account, struct public_key *key)
{
	char genesis_text[HASH_HEX_SIZE];
	char account_text[HASH_HEX_SIZE];
	const json_t *keys;

	hex_encode(genesis_text, hash_view(genesis));
	hex_encode(account_text, hash_view(account));
	keys = json_object_get(json_object_get(networks->root, "keys"), genesis_text);
	return read_hex(key->bytes, PUBLIC_KEY_SIZE, json_object_get(keys, account_text));
}

void networks_set_key(struct networks *networks, const struct hash *genesis,
                      const struct hash *account, const struct public_key *key)
{
	char genesis_text[HASH_HEX_SIZE];
	char account_text[HASH_HEX_SIZE];
	char key_text[HASH_HEX_SIZE];

	hex_encode(genesis_text, hash_view(genesis));
	hex_encode(account_text, hash_view(account));
	hex_encode(key_text, bytes_view(key->bytes, PUBLIC_KEY_SIZE));
	set_text(networks, member_of(member_of(networks->root, "keys"), genesis_text),
	         account_text, key_text);
}

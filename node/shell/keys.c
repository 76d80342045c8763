#include "node/shell/keys.h"

#include "chain/base/memory.h"
#include "node/shell/layout.h"
#include "node/shell/secret_file.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

enum status random_hash_get(struct hash *bytes, struct why *why)
{
	/* Up to 256 bytes come whole, getrandom(2). */
	if (getrandom(bytes->bytes, sizeof bytes->bytes, 0) == sizeof bytes->bytes)
		return STATUS_OK;
	return why_set(why, STATUS_STORAGE, "ask the kernel for randomness: %s",
	               strerror(errno));
}

static enum status obtain(struct secret_key *secret, const struct data_dir *dir,
                          const char *name, enum secret_purpose purpose, bool create,
                          struct why *why)
{
	char path[DATA_PATH_SIZE];

	data_dir_path(path, dir, name);
	return create ? secret_file_create(secret, path, purpose, why)
	              : secret_file_load(secret, path, purpose, why);
}

static enum status derive_evidence(struct node_keys *keys, const struct secret_key *vote)
{
	struct hash made =
		hash_tagged("cairn/evidence-key/v1", bytes_view(vote->bytes, sizeof vote->bytes));
	struct secret_key secret;
	enum status status;

	memcpy(secret.bytes, made.bytes, sizeof secret.bytes);
	status = key_pair_init(&keys->evidence, keys->signer, &secret);
	secret_key_wipe(&secret);
	memory_wipe(&made, sizeof made);
	return status;
}

static enum status derive(struct node_keys *keys, const struct secret_key *vote,
                          struct why *why)
{
	enum status status = key_pair_init(&keys->vote, keys->signer, vote);

	if (status != STATUS_OK)
		return why_set(why, status, "use the vote key");
	status = derive_evidence(keys, vote);
	if (status != STATUS_OK)
		return why_set(why, status, "make the key for evidence");
	status = cosign_key_public(&keys->cosign_key, keys->cosign_seed.bytes);
	if (status != STATUS_OK)
		return why_set(why, status, "use the cosign key");
	status = secret_key_point(keys->node_id.bytes, keys->signer, &keys->node);
	if (status != STATUS_OK)
		return why_set(why, status, "use the node key");
	return STATUS_OK;
}

static enum status open_keys(struct node_keys *keys, const struct data_dir *dir,
                             bool create, struct why *why)
{
	struct secret_key vote = {{0}};
	struct hash seed;
	enum status status = random_hash_get(&seed, why);

	memset(keys, 0, sizeof *keys);
	if (status != STATUS_OK)
		return status;
	keys->signer = signer_new(&seed);
	memory_wipe(&seed, sizeof seed);
	if (!keys->signer)
		return why_set(why, STATUS_MEMORY, "prepare for signing");
	status = obtain(&vote, dir, FILE_VOTE_KEY, SECRET_VOTE, create, why);
	if (status == STATUS_OK)
		status = obtain(&keys->cosign_seed, dir, FILE_COSIGN_KEY, SECRET_COSIGN, create,
		                why);
	if (status == STATUS_OK)
		status = obtain(&keys->node, dir, FILE_NODE_KEY, SECRET_NODE, create, why);
	if (status == STATUS_OK)
		status = derive(keys, &vote, why);
	secret_key_wipe(&vote);
	if (status != STATUS_OK)
		node_keys_close(keys);
	return status;
}

enum status node_keys_create(struct node_keys *keys, const struct data_dir *dir,
                             struct why *why)
{
	return open_keys(keys, dir, true, why);
}

enum status node_keys_load(struct node_keys *keys, const struct data_dir *dir,
                           struct why *why)
{
	return open_keys(keys, dir, false, why);
}

void node_keys_close(struct node_keys *keys)
{
	signer_free(keys->signer);
	memory_wipe(keys, sizeof *keys);
}

enum status node_keys_read_id(struct node_id *id, const char *data_dir, struct why *why)
{
	struct data_dir dir = {.lock_file = -1};
	struct node_keys keys;
	enum status status;

	snprintf(dir.path, sizeof dir.path, "%s", data_dir);
	status = node_keys_load(&keys, &dir, why);
	if (status != STATUS_OK)
		return status;
	*id = keys.node_id;
	node_keys_close(&keys);
	return STATUS_OK;
}

#include "tests/sim/wire/records.h"

#include "chain/base/invariant.h"
#include "tests/sim/wire/town.h"

#include <stdlib.h>

/* A record whose signature was checked. */
struct known_record {
	UT_hash_handle hh; /* keyed by hash */
	struct hash hash;
	bool is_valid;
};

static struct known_record *known;

void records_begin(void)
{
	known = NULL;
}

void records_end(void)
{
	struct known_record *record, *next;

	HASH_ITER(hh, known, record, next) {
		HASH_DEL(known, record);
		free(record);
	}
}

static bool is_valid(const struct node_record *record, struct bytes_view bytes)
{
	struct hash hash = hash_tagged("sim/record", bytes);
	struct known_record *found;

	HASH_FIND(hh, known, &hash, sizeof hash, found);
	if (found)
		return found->is_valid;
	found = calloc(1, sizeof *found);
	INVARIANT(found);
	found->hash = hash;
	found->is_valid = node_record_is_valid(record, town_genesis());
	HASH_ADD(hh, known, hash, sizeof found->hash, found);
	return found->is_valid;
}

size_t records_check(struct node_record records[ADDR_RECORDS_MAX],
                     bool are_valid[ADDR_RECORDS_MAX], struct bytes_view message)
{
	struct bytes_view views[ADDR_RECORDS_MAX];
	size_t count = 0;

	INVARIANT(addr_decode(views, &count, message) == STATUS_OK);
	for (size_t i = 0; i < count; i++)
		are_valid[i] = node_record_decode(&records[i], views[i]) == STATUS_OK &&
		               is_valid(&records[i], views[i]);
	return count;
}

void records_sign(struct node_record *record, const struct secret_key *secret)
{
	struct hash digest = node_record_digest(record, town_genesis());

	town_sign(&record->signature, secret, &digest);
}

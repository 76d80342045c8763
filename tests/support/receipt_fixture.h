/* Real receipts of real ledgers: blocks made by the chain's own code, in memory, and
 * checkpoints signed by the keys of the validators that their genesis and their blocks
 * name.
 *
 * Nothing here is checked but that it could be made: what goes wrong is said on stderr,
 * and the program ends. */
#ifndef TESTS_SUPPORT_RECEIPT_FIXTURE_H
#define TESTS_SUPPORT_RECEIPT_FIXTURE_H

#include "chain/receipt/receipt.h"
#include "tests/support/ledger_fixture.h"

/* A block that was committed. */
struct receipt_block {
	struct header header;
	struct validator_set set;  /* that certified it */
	struct validator_set next; /* that certifies the next one */
	struct parameters parameters;
	struct parameters next_parameters;
};

/* A record that was committed. */
struct receipt_place {
	struct hash stream;
	uint64_t position;
	size_t leaf_size;
	uint8_t leaf[RECORD_LEAF_SIZE_MAX];
	struct bytes_view tx; /* the fixture's */
};

struct receipt_fixture {
	struct ledger_fixture chain;
	size_t block_count;
	struct receipt_block *blocks; /* by height; few, for each has sets */
	bool keeps_records;
	size_t place_count;
	struct receipt_place *places;
	uint64_t log_size; /* of the newest checkpoint */
};

void receipt_fixture_init(struct receipt_fixture *fixture,
                          const struct parameters *parameters, size_t validator_count);
void receipt_fixture_close(struct receipt_fixture *fixture);

/* A block of these, on the tip. */
void receipt_fixture_block(struct receipt_fixture *fixture, const struct tx *const *txs,
                           size_t count);
void receipt_fixture_do(struct receipt_fixture *fixture, unsigned sender,
                        struct operation operation);
/* A block of one transaction of the root group. */
void receipt_fixture_root(struct receipt_fixture *fixture, struct operation operation);

/* The stream `name`, made by account 0 and open to all, in a block of its own. */
struct hash receipt_fixture_stream(struct receipt_fixture *fixture, const char *name);

const struct receipt_block *receipt_fixture_tip(const struct receipt_fixture *fixture);

/* -- Signatures -----------------------------------------------------------------------
 */

/* Who signs a checkpoint, and when. */
struct receipt_signing {
	const struct validator_set *set;
	uint32_t cosigners; /* bit i: validator i of the set cosigns */
	uint32_t loggers;   /* bit i: it signs as the log */
	uint64_t time_s;    /* of the first cosigner's; each next one's is a second later */
};

/* The quorum of the first of the tip's next set, one of them as the log. */
struct receipt_signing receipt_fixture_signing(const struct receipt_fixture *fixture);

/* The note over the checkpoint of `size` leaves. */
void receipt_fixture_note(struct buffer *out, const struct receipt_fixture *fixture,
                          uint64_t size, const struct receipt_signing *signing);

/* -- Files: appended to `out` ---------------------------------------------------------
 */

/* The policy of a set; `quorum` 0: what its fault model asks for. */
void receipt_fixture_policy(struct buffer *out, const struct receipt_fixture *fixture,
                            const struct validator_set *set, size_t quorum);

/* Of leaf `index` under the checkpoint of `size` leaves, with any extra. */
void receipt_fixture_file(struct buffer *out, const struct receipt_fixture *fixture,
                          const struct buffer *extra, uint64_t index, uint64_t size,
                          const struct receipt_signing *signing);

/* A proof of what the newest state has under a raw key; free() it. */
struct state_proof *receipt_fixture_prove(const struct receipt_fixture *fixture,
                                          struct bytes_view raw_key);

/* Of the transaction that is leaf `index`, under the newest checkpoint. */
void receipt_fixture_tx(struct buffer *out, const struct receipt_fixture *fixture,
                        const struct tx *tx, uint64_t index,
                        const struct bytes_view *names, size_t name_count,
                        const struct receipt_signing *signing);

/* Of the seal of this height, under its own checkpoint. */
void receipt_fixture_seal(struct buffer *out, const struct receipt_fixture *fixture,
                          uint64_t height, const struct receipt_signing *signing);

/* Of the value, or of no value, under a raw key after the newest block. */
void receipt_fixture_state(struct buffer *out, const struct receipt_fixture *fixture,
                           struct bytes_view raw_key, const char *name,
                           const struct receipt_signing *signing);

/* Of records from..from + count - 1 of a stream after the newest block. */
void receipt_fixture_records(struct buffer *out, const struct receipt_fixture *fixture,
                             const char *stream_name, uint64_t from, size_t count,
                             bool with_txs, const struct receipt_signing *signing);

#endif

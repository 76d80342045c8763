#include "node/drive/check.h"

#include "chain/base/memory.h"
#include "chain/ledger/tx.h"
#include "chain/proof/log.h"

/* One transaction of a body: its form, its signature; its names go to *tx. */
static bool is_good_tx(struct tx *tx, const struct network *network,
                       struct bytes_view bytes, check_function *is_valid)
{
	return tx_decode(tx, network, bytes, NULL) == VERDICT_GOOD &&
	       is_valid(&tx->signature, &tx->txid, &tx->key);
}

/* The header's own body has its count and its root, whatever else is wrong with it. */
static enum body_finding look_at(struct check_body *body, const struct header *header,
                                 struct bytes_view bytes, const struct network *network,
                                 check_function *is_valid)
{
	struct cursor in = cursor_on(bytes);
	struct log_frontier leaves = {0};
	enum body_finding finding = BODY_GOOD;
	uint32_t count = 0;
	struct hash root;

	while (in.left > 0) {
		struct bytes_view entry = body_next(&in);
		struct hash leaf_hash = log_leaf_hash(entry);
		struct tx tx;

		if (in.status != STATUS_OK || count == header->tx_count)
			return BODY_FOREIGN;
		log_frontier_append(&leaves, &leaf_hash);
		if (finding == BODY_GOOD && !is_good_tx(&tx, network, entry, is_valid))
			finding = BODY_BAD;
		if (finding == BODY_GOOD)
			body->names[count] =
				(struct tx_names){.txid = tx.txid, .leaf_hash = leaf_hash};
		count++;
	}
	root = log_frontier_root(&leaves);
	if (count != header->tx_count || !hash_equal(&root, &header->tx_root))
		return BODY_FOREIGN;
	return finding;
}

static enum status check_body(struct check_body *body, const struct message_block *block,
                              const struct network *network, check_function *is_valid)
{
	body->hash = header_hash(&block->header, network);
	/* So many cannot be in a body of this size. */
	if (block->header.tx_count > block->body.size / body_entry_size(TX_SIZE_MIN)) {
		body->finding = BODY_FOREIGN;
		return STATUS_OK;
	}
	body->names = memory_new((block->header.tx_count + (size_t)1) * sizeof *body->names);
	if (!body->names)
		return STATUS_MEMORY;
	body->finding = look_at(body, &block->header, block->body, network, is_valid);
	return STATUS_OK;
}

bool check_nothing(const struct signature *signature, const struct hash *digest,
                   const struct public_key *key)
{
	(void)signature;
	(void)digest;
	(void)key;
	return true;
}

void check_run(struct check_job *job, const struct network *network,
               check_function *is_valid, check_cosign_function *is_cosign_valid)
{
	job->is_good = true;
	for (size_t i = 0; job->cosigned && i < job->cosigned->count && job->is_good; i++)
		job->is_good =
			is_cosign_valid(&job->cosigned->items[i], buffer_view(&job->text));
	for (size_t i = 0; i < job->signature_count && job->is_good; i++)
		job->is_good = is_valid(&job->signatures[i].signature, &job->signatures[i].digest,
		                        &job->signatures[i].key);
	/* Whoever signs badly gets no further work out of us. */
	for (size_t i = 0; i < job->block_count && job->is_good && job->status == STATUS_OK;
	     i++)
		job->status = check_body(&job->bodies[i], &job->blocks[i], network, is_valid);
}

void check_job_free(struct check_job *job)
{
	if (!job)
		return;
	for (size_t i = 0; job->bodies && i < job->block_count; i++)
		memory_free(job->bodies[i].names);
	memory_free(job->cosigned);
	buffer_close(&job->text);
	memory_free(job->bodies);
	memory_free(job->certificates);
	memory_free(job->signatures);
	memory_free(job->bytes);
	memory_free(job);
}

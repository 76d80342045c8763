#include "node/audit/reading.h"

#include <inttypes.h>

struct gathering {
	struct audit_job *job;
	uint32_t count;
};

static bool gather(void *owner, const struct store_entry *entry)
{
	struct gathering *gathering = owner;
	struct audit_job *job = gathering->job;
	bool is_last = gathering->count++ == job->header.tx_count;
	uint8_t size[2];

	if (entry->height != job->header.height || entry->is_header != is_last) {
		audit_job_blame(job, "entry %" PRIu64 " of the log is not what belongs there",
		                entry->log_index);
		return false;
	}
	if (is_last)
		return true;
	if (entry->tx.size > TX_SIZE_MAX) {
		audit_job_blame(job, "entry %" PRIu64 " of the log is larger than a transaction",
		                entry->log_index);
		return false;
	}
	put_le16(size, (uint16_t)entry->tx.size);
	buffer_append(&job->body, size, sizeof size);
	buffer_append_view(&job->body, entry->tx);
	return job->body.status == STATUS_OK;
}

static void read_entries(struct audit_job *job, struct store_view *view, uint64_t *log_index,
                         struct why *why)
{
	struct gathering gathering = {.job = job};
	enum status status;

	if (job->header.tx_count > BLOCK_TXS_MAX ||
	    job->header.log_size != *log_index + job->header.tx_count) {
		audit_job_blame(job, "its header's log_size does not follow that of the block below");
		return;
	}
	status = store_list_entries(view, *log_index, (size_t)job->header.tx_count + 1, gather,
	                            &gathering, why);
	if (status != STATUS_OK)
		audit_job_blame(job, "its entries cannot be read: %s", why->text);
	else if (!job->is_bad && job->body.status != STATUS_OK)
		audit_job_blame(job, "its transactions are larger than a block may be");
	else if (!job->is_bad && gathering.count != job->header.tx_count + 1)
		audit_job_blame(job, "entries of the log are missing");
	*log_index = job->header.log_size + 1;
}

void audit_read_block(struct audit_job *job, struct store_view *view, uint64_t height,
                      uint64_t *log_index)
{
	struct store_header block;
	struct why why = {{0}};
	enum status status = store_read_header(view, height, &block, &why);

	buffer_clear(&job->body);
	buffer_clear(&job->certificate_bytes);
	job->stage = AUDIT_BODY;
	job->signature_count = 0;
	job->is_bad = false;
	job->header = (struct header){.height = height};
	if (status != STATUS_OK) {
		audit_job_blame(job, "it cannot be read: %s", why.text);
		return;
	}
	job->header = block.header;
	job->hash = block.hash;
	job->root_page_version = block.state_root.version;
	buffer_append_view(&job->certificate_bytes, block.certificate);
	read_entries(job, view, log_index, &why);
}

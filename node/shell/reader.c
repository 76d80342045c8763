#include "node/shell/reader.h"

#include "chain/base/memory.h"
#include "node/shell/serving.h"

struct read_letter {
	struct letter letter;
	struct read_job *job;
};

enum status reader_answer(struct store_view *view, struct read_job *job, struct why *why)
{
	enum status status = store_view_refresh(view, why);

	return status == STATUS_OK ? serve_read(job, view, why) : status;
}

/* -- The thread ----------------------------------------------------------------------------------- */

static void open_read(void *owner, struct letter *letter)
{
	struct reader *reader = owner;
	struct read_job *job = ((struct read_letter *)(void *)letter)->job;
	struct why why = {{0}};
	enum status status = reader_answer(reader->view, job, &why);

	memory_free(letter);
	if (status != STATUS_OK)
		reader->on_failed(reader->owner, status, &why);
	else
		reader->on_read(reader->owner, job);
}

enum status reader_start(struct reader *reader, struct store *store, struct why *why)
{
	enum status status = store_view_open(&reader->view, store, why);

	if (status != STATUS_OK)
		return status;
	return post_thread_start(&reader->thread, "reader", reader, why);
}

void reader_stop(struct reader *reader)
{
	post_thread_stop(&reader->thread);
	store_view_close(reader->view);
	reader->view = NULL;
}

enum status reader_read(struct reader *reader, struct read_job *job)
{
	struct read_letter *letter = memory_new(sizeof *letter);

	if (!letter)
		return STATUS_MEMORY;
	letter->letter.open = open_read;
	letter->job = job;
	mailbox_send(&reader->thread.box, &letter->letter);
	return STATUS_OK;
}

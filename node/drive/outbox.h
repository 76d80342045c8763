/* What waits for the disk before it leaves: a queue of messages and jobs, in the order they
 * were made. A message behind a job is sent when the job is done, not before: so no vote is
 * seen by anybody that its voter could forget.
 *
 *     first -> message  message  job(being stored)  message  job  message <- last
 *              '---- sent at once ----'            '------ wait ------' */
#ifndef NODE_DRIVE_OUTBOX_H
#define NODE_DRIVE_OUTBOX_H

#include "node/drive/world.h"

struct outbox_item {
	struct outbox_item *next;
	struct store_job *job;   /* NULL: a message */
	bool is_done;            /* the job is on the disk */
	uint16_t to;             /* of a message: as in effect_send */
	struct buffer message;
};

struct outbox {
	struct outbox_item *first, *last;
};

void outbox_close(struct outbox *outbox);

/* A new message for `to`, to be filled in. NULL: out of memory. */
MUST_CHECK struct outbox_item *outbox_add_message(struct outbox *outbox, uint16_t to);
MUST_CHECK enum status outbox_add_job(struct outbox *outbox, struct store_job *job);

/* The job is on the disk. */
void outbox_finish_job(struct outbox *outbox, const struct store_job *job);

/* The job that will be done last; NULL: all are done. */
struct store_job *outbox_last_job(const struct outbox *outbox);

/* The next item if it is a message that may leave, or NULL; a done job on the way is
 * forgotten. The caller frees it with outbox_free_item. */
struct outbox_item *outbox_take(struct outbox *outbox);
void outbox_free_item(struct outbox_item *item);

/* -- Jobs -------------------------------------------------------------------------------------- */

MUST_CHECK struct store_job *store_job_new(void);
void store_job_free(struct store_job *job);

/* STATUS_MEMORY. The bytes are copied. */
MUST_CHECK enum status store_job_add_record(struct store_job *job,
                                            const struct vote_record *record);
MUST_CHECK enum status store_job_add_block(struct store_job *job,
                                           const struct keep_block *block);
MUST_CHECK enum status store_job_add_certificate(struct store_job *job,
                                                 const struct effect_certificate *certificate);
/* The body lives as long as the job does. On STATUS_MEMORY it stays the caller's. */
MUST_CHECK enum status store_job_adopt(struct store_job *job, uint8_t *body);
MUST_CHECK enum status store_job_add_note(struct store_job *job, enum keep_note_kind kind,
                                          const struct cosigned *cosigned);
MUST_CHECK enum status store_job_add_commit(struct store_job *job,
                                            const struct commit_block *commit);

#endif

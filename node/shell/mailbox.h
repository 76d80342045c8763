/* Messages from one thread to another: a queue that its owner waits on. A message belongs to
 * the queue until it is taken; the queue never refuses one, so whoever sends keeps to the
 * maxima of limits.h. */
#ifndef NODE_SHELL_MAILBOX_H
#define NODE_SHELL_MAILBOX_H

#include "chain/base/status.h"

#include <pthread.h>
#include <stdbool.h>

/* The first member of every message. */
struct letter {
	struct letter *next;
	void (*open)(void *owner, struct letter *letter); /* called by who takes it */
};

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct letter *first, *last;
	struct letter *urgent; /* the last of those at the front that are; NULL: none is */
	bool is_closed;
	void (*notify)(void *argument); /* instead of waiting: wakes an event loop; or NULL */
	void *notify_argument;
};

/* `notify`, called by the sender's thread when an empty box gets a letter, or NULL. */
MUST_CHECK enum status mailbox_init(struct mailbox *box, void (*notify)(void *argument),
                                    void *notify_argument, struct why *why);
/* Nobody uses it any more; letters still in it are forgotten. */
void mailbox_close(struct mailbox *box);

/* Any thread. */
void mailbox_send(struct mailbox *box, struct letter *letter);

/* The same, ahead of all that are not urgent and behind those that are. */
void mailbox_send_urgent(struct mailbox *box, struct letter *letter);

/* No letter comes after those that are in it: who waits gets them, then NULL. */
void mailbox_finish(struct mailbox *box);

/* The next letter; waits for one. NULL: finished, and empty. */
struct letter *mailbox_wait(struct mailbox *box);

/* All letters that are there now, oldest first, linked by next; NULL: none. */
struct letter *mailbox_take_all(struct mailbox *box);

/* A thread that opens the letters of its box one by one, until the box is finished. */
struct post_thread {
	struct mailbox box;
	pthread_t thread;
	void *owner; /* handed to letter->open */
	bool is_running;
};

/* `name` is shown by tools, at most 15 bytes. */
MUST_CHECK enum status post_thread_start(struct post_thread *post, const char *name,
                                         void *owner, struct why *why);
/* Opens what is in the box, then ends. */
void post_thread_stop(struct post_thread *post);

#endif

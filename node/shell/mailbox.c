#include "node/shell/mailbox.h"

#include "chain/base/invariant.h"

#include <signal.h>
#include <string.h>

enum status mailbox_init(struct mailbox *box, void (*notify)(void *argument),
                         void *notify_argument, struct why *why)
{
	int error;

	*box = (struct mailbox){.notify = notify, .notify_argument = notify_argument};
	error = pthread_mutex_init(&box->lock, NULL);
	if (error)
		return why_set(why, STATUS_MEMORY, "make a lock: %s", strerror(error));
	error = pthread_cond_init(&box->filled, NULL);
	if (!error)
		return STATUS_OK;
	pthread_mutex_destroy(&box->lock);
	return why_set(why, STATUS_MEMORY, "make a condition: %s", strerror(error));
}

void mailbox_close(struct mailbox *box)
{
	pthread_cond_destroy(&box->filled);
	pthread_mutex_destroy(&box->lock);
}

void mailbox_send(struct mailbox *box, struct letter *letter)
{
	bool was_empty;

	letter->next = NULL;
	pthread_mutex_lock(&box->lock);
	was_empty = !box->first;
	if (was_empty)
		box->first = letter;
	else
		box->last->next = letter;
	box->last = letter;
	pthread_cond_signal(&box->filled);
	pthread_mutex_unlock(&box->lock);
	if (was_empty && box->notify)
		box->notify(box->notify_argument);
}

void mailbox_send_urgent(struct mailbox *box, struct letter *letter)
{
	bool was_empty;

	pthread_mutex_lock(&box->lock);
	was_empty = !box->first;
	letter->next = box->urgent ? box->urgent->next : box->first;
	if (box->urgent)
		box->urgent->next = letter;
	else
		box->first = letter;
	if (!letter->next)
		box->last = letter;
	box->urgent = letter;
	pthread_cond_signal(&box->filled);
	pthread_mutex_unlock(&box->lock);
	if (was_empty && box->notify)
		box->notify(box->notify_argument);
}

void mailbox_finish(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	box->is_closed = true;
	pthread_cond_broadcast(&box->filled);
	pthread_mutex_unlock(&box->lock);
}

struct letter *mailbox_wait(struct mailbox *box)
{
	struct letter *letter;

	pthread_mutex_lock(&box->lock);
	while (!box->first && !box->is_closed)
		pthread_cond_wait(&box->filled, &box->lock);
	letter = box->first;
	if (letter)
		box->first = letter->next;
	if (letter == box->urgent)
		box->urgent = NULL;
	pthread_mutex_unlock(&box->lock);
	return letter;
}

struct letter *mailbox_take_all(struct mailbox *box)
{
	struct letter *letters;

	pthread_mutex_lock(&box->lock);
	letters = box->first;
	box->first = NULL;
	box->urgent = NULL;
	pthread_mutex_unlock(&box->lock);
	return letters;
}

static void *run(void *argument)
{
	struct post_thread *post = argument;
	struct letter *letter;

	while ((letter = mailbox_wait(&post->box)))
		letter->open(post->owner, letter);
	return NULL;
}

enum status post_thread_start(struct post_thread *post, const char *name, void *owner,
                              struct why *why)
{
	sigset_t all, before;
	enum status status = mailbox_init(&post->box, NULL, NULL, why);
	int error;

	if (status != STATUS_OK)
		return status;
	post->owner = owner;
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&post->thread, NULL, run, post);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		mailbox_close(&post->box);
		return why_set(why, STATUS_MEMORY, "start thread %s: %s", name, strerror(error));
	}
	pthread_setname_np(post->thread, name);
	post->is_running = true;
	return STATUS_OK;
}

void post_thread_stop(struct post_thread *post)
{
	if (!post->is_running)
		return;
	mailbox_finish(&post->box);
	pthread_join(post->thread, NULL);
	mailbox_close(&post->box);
	post->is_running = false;
}

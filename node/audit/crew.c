#include "node/audit/crew.h"

#include "chain/base/memory.h"

#include <signal.h>
#include <unistd.h>

static void open_job(void *owner, struct letter *letter)
{
	struct audit_crew *crew = owner;
	struct audit_job *job = (struct audit_job *)(void *)letter;

	audit_job_run(job);
	pthread_mutex_lock(&crew->lock);
	job->is_busy = false;
	pthread_cond_broadcast(&crew->done);
	pthread_mutex_unlock(&crew->lock);
}

static void *work(void *argument)
{
	struct audit_crew *crew = argument;
	struct letter *letter;

	while ((letter = mailbox_wait(&crew->box)))
		letter->open(crew, letter);
	return NULL;
}

enum status audit_crew_start(struct audit_crew *crew, size_t thread_count, struct why *why)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = thread_count > 0 ? thread_count : cores > 0 ? (size_t)cores : 1;
	enum status status;

	*crew = (struct audit_crew){0};
	status = mailbox_init(&crew->box, NULL, NULL, why);
	if (status != STATUS_OK)
		return status;
	crew->threads = memory_new(wanted * sizeof *crew->threads);
	if (!crew->threads) {
		mailbox_close(&crew->box);
		return why_set(why, STATUS_MEMORY, "start to check signatures");
	}
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->done, NULL);
	while (crew->thread_count < wanted &&
	       pthread_create(&crew->threads[crew->thread_count], NULL, work, crew) == 0) {
		pthread_setname_np(crew->threads[crew->thread_count], "audit");
		crew->thread_count++;
	}
	if (crew->thread_count == wanted)
		return STATUS_OK;
	audit_crew_stop(crew);
	return why_set(why, STATUS_MEMORY, "start %zu threads", wanted);
}

void audit_crew_stop(struct audit_crew *crew)
{
	if (!crew->threads)
		return;
	mailbox_finish(&crew->box);
	for (size_t i = 0; i < crew->thread_count; i++)
		pthread_join(crew->threads[i], NULL);
	mailbox_close(&crew->box);
	pthread_mutex_destroy(&crew->lock);
	pthread_cond_destroy(&crew->done);
	memory_free(crew->threads);
	crew->threads = NULL;
}

void audit_crew_send(struct audit_crew *crew, struct audit_job *job)
{
	job->letter = (struct letter){.open = open_job};
	job->is_busy = true;
	mailbox_send(&crew->box, &job->letter);
}

void audit_crew_send_urgent(struct audit_crew *crew, struct audit_job *job)
{
	job->letter = (struct letter){.open = open_job};
	job->is_busy = true;
	mailbox_send_urgent(&crew->box, &job->letter);
}

void audit_crew_wait(struct audit_crew *crew, struct audit_job *job)
{
	pthread_mutex_lock(&crew->lock);
	while (job->is_busy)
		pthread_cond_wait(&crew->done, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

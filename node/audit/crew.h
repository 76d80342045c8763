/* A thread for each core that runs audit jobs, and whoever waits for one of them. */
#ifndef NODE_AUDIT_CREW_H
#define NODE_AUDIT_CREW_H

#include "node/audit/job.h"

struct audit_crew {
	struct mailbox box;
	pthread_mutex_t lock;
	pthread_cond_t done;
	pthread_t *threads;
	size_t thread_count;
};

/* `thread_count` 0: one for each core. */
MUST_CHECK enum status audit_crew_start(struct audit_crew *crew, size_t thread_count,
                                        struct why *why);
/* Does what was asked, then ends. Fine if it was never started. */
void audit_crew_stop(struct audit_crew *crew);

/* The job is the crew's until audit_crew_wait for it returns. */
void audit_crew_send(struct audit_crew *crew, struct audit_job *job);
/* The same, ahead of those that wait. */
void audit_crew_send_urgent(struct audit_crew *crew, struct audit_job *job);
/* Returns at once for a job that was never sent. */
void audit_crew_wait(struct audit_crew *crew, struct audit_job *job);

#endif

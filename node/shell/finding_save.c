#include "node/shell/finding_save.h"

#include "chain/base/memory.h"
#include "node/shell/file.h"
#include "node/shell/layout.h"
#include "node/shell/logger.h"
#include "node/shell/node.h"

/* A full book has 81,920 places, looked at twice: at four times a second it is written within ten
 * seconds, about a megabyte at once. */
enum { SLOTS_AT_ONCE = 4096 };

struct save_letter {
	struct letter letter;
	struct node *node;
	struct book_saver saver;
	struct buffer book;
	struct buffer anchors; /* empty: none are written */
};

static struct save_letter *letter_new(struct finding *finding)
{
	struct save_letter *letter = memory_new(sizeof *letter);

	if (!letter) {
		logger_warn(LOG_P2P, "not_saved", log_string("file", FILE_BOOK),
		            log_string("why", status_text(STATUS_MEMORY)));
		return NULL;
	}
	letter->node = finding->node;
	buffer_init(&letter->book, BOOK_FILE_MAX);
	buffer_init(&letter->anchors, BOOK_FILE_MAX);
	book_save_begin(&letter->saver, &finding->finder->book, &letter->book);
	return letter;
}

static void letter_free(struct save_letter *letter)
{
	if (!letter)
		return;
	buffer_close(&letter->book);
	buffer_close(&letter->anchors);
	memory_free(letter);
}

/* -- On a worker --------------------------------------------------------------------------------- */

static void write_file(const struct node *node, const char *name, const struct buffer *bytes)
{
	char path[DATA_PATH_SIZE];
	struct why why = {{0}};
	enum status status = bytes->status;

	data_dir_path(path, &node->dir, name);
	if (status != STATUS_OK)
		why_set(&why, status, "gather what is to be written");
	else
		status = file_write(path, buffer_view(bytes), 0600, &why);
	if (status != STATUS_OK)
		logger_warn(LOG_P2P, "not_saved", log_string("file", name),
		            log_text("why", text_view(why.text)));
}

static void send_out(struct finding *finding, struct save_letter *letter);

/* Back on the loop. */
static void open_saved(void *owner, struct letter *letter)
{
	struct node *node = owner;
	struct finding *finding = &node->gossip.finding;
	struct save_letter *next = finding->last;

	letter_free((struct save_letter *)(void *)letter);
	finding->working--;
	finding->is_save_out = false;
	finding->last = NULL;
	if (next)
		send_out(finding, next);
	node_check(node);
}

static void run_save(void *owner, struct letter *letter)
{
	struct save_letter *save = (struct save_letter *)(void *)letter;

	(void)owner;
	(void)!book_save_finish(&save->saver); /* the buffer says so too */
	write_file(save->node, FILE_BOOK, &save->book);
	if (save->anchors.status != STATUS_OK || save->anchors.size > 0)
		write_file(save->node, FILE_ANCHORS, &save->anchors);
	save->letter.open = open_saved;
	node_send(save->node, &save->letter);
}

/* -- On the loop ----------------------------------------------------------------------------------- */

/* One at a time, as two would write one file. */
static void send_out(struct finding *finding, struct save_letter *letter)
{
	letter->letter.open = run_save;
	finding->working++;
	finding->is_save_out = true;
	mailbox_send(&finding->node->verify.box, &letter->letter);
}

void saving_begin(struct finding *finding)
{
	if (!finding->filling && !finding->is_save_out)
		finding->filling = letter_new(finding);
}

void saving_go_on(struct finding *finding)
{
	struct save_letter *letter = finding->filling;

	if (!letter || !book_save_some(&letter->saver, &finding->finder->book, SLOTS_AT_ONCE))
		return;
	finding->filling = NULL;
	send_out(finding, letter);
}

void saving_last(struct finding *finding)
{
	const struct finder *finder = finding->finder;
	struct save_letter *letter = letter_new(finding);
	struct anchor anchors[ANCHORS_MAX];
	size_t count = finder_anchors(finder, anchors);

	if (!letter)
		return;
	while (!book_save_some(&letter->saver, &finder->book, SIZE_MAX))
		continue;
	if (count > 0)
		(void)!anchors_save(anchors, count, &finder->config.book.genesis, &letter->anchors);
	if (finding->is_save_out)
		finding->last = letter;
	else
		send_out(finding, letter);
}

void saving_free(struct finding *finding)
{
	letter_free(finding->filling);
	letter_free(finding->last);
	finding->filling = NULL;
	finding->last = NULL;
}

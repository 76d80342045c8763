/* How a node stands among the validators, for the person who runs it: a snapshot of the
 * machine, and what it means in plain sentences. The judgement sees nothing but the snapshot.
 *
 *     struct drive ──standing_take──► struct standing ──standing_judge──► one word
 *                                       + names         standing_say────► sentences
 *
 * Of the words the first that holds is taken: what stands above hides what is below. */
#ifndef NODE_DRIVE_STANDING_H
#define NODE_DRIVE_STANDING_H

#include "chain/base/buffer.h"
#include "node/drive/drive.h"

enum {
	STANDING_NAME_SIZE = DISPLAY_NAME_SIZE_MAX + 32, /* with a short address behind it */
	STANDING_SILENT_MS = 5000, /* a status comes each second: four of them are missing */
	STANDING_SLOW_MS = 3000,   /* a view that takes longer is waited for, and for whom is said */
	STANDING_BEHIND = 3,       /* blocks; less is on its way all the time */
	STANDING_TEXT_MAX = 256 << 10, /* the sentences: one each for a whole set, with room */
};

#define STANDING_NEVER UINT64_MAX

/* X(word, name in answers) */
#define STANDING_LIST(X)               \
	X(STANDING_HALTED, "halted")       \
	X(STANDING_SYNCING, "syncing")     \
	X(STANDING_NO_QUORUM, "no_quorum") \
	X(STANDING_FORGETFUL, "forgetful") \
	X(STANDING_WAITING, "waiting")     \
	X(STANDING_WORKING, "working")     \
	X(STANDING_IDLE, "idle")

enum standing_word {
#define STANDING_ENUM(word, name) word,
	STANDING_LIST(STANDING_ENUM)
#undef STANDING_ENUM
};

struct standing_validator {
	struct hash account;
	char name[STANDING_NAME_SIZE]; /* for sentences: one line of UTF-8; empty from
	                                * standing_take */
	bool is_self;
	bool is_connected; /* to this node, and has shown that it has the vote key */
	bool is_heard;     /* itself, or connected and not silent */
	bool has_height;   /* it said one in this epoch */
	uint64_t heard_ms; /* ago; STANDING_NEVER: not in this epoch */
	uint64_t voted_ms; /* likewise, a vote */
	uint64_t height;   /* of its newest block, as it said last */
	bool has_notarized, has_nullified; /* in `view` */
	bool has_finalized;                /* in `open_view` */
};

struct standing {
	uint64_t epoch;
	uint64_t view;       /* the frontier */
	uint64_t final_view;
	uint64_t open_view;  /* that is notarized and not final; 0: none */
	uint64_t height;     /* of the newest final block here */
	uint64_t final_ms;   /* ago; STANDING_NEVER: none since the start */
	uint64_t armed_ms;   /* since the view's timer runs; STANDING_NEVER: idle */
	uint64_t best_height; /* that others have, as far as it is to be believed, or our own */
	size_t ahead_count;  /* connected peers who say that they have more than STANDING_BEHIND */
	uint64_t tx_count;   /* that wait for a block */
	bool has_proposal;   /* of `view` */
	bool is_halted;
	uint32_t alarms;     /* bits, by enum alarm */
	bool is_forgetful;
	bool is_sealed;      /* the next epoch begins when the newest block is on the disk */
	size_t told_count;   /* validators who told a forgetful one where they stand */
	struct view_times times;
	size_t quorum;
	uint16_t leader;     /* of `view`; NOBODY: there are no validators */
	uint16_t self;       /* NOBODY: it follows */
	size_t count;
	struct standing_validator validators[VALIDATORS_MAX];
};

/* `now_ms` is monotonic. */
void standing_take(struct standing *standing, const struct drive *drive, uint64_t now_ms);

/* Validators that are heard of, this node among them if it is one. */
size_t standing_heard(const struct standing *standing);
/* Catching up: STANDING_BEHIND blocks or more behind what more than f connected validators say
 * they have, or, where fewer are connected, half of the peers. */
bool standing_is_behind(const struct standing *standing);

/* Nothing became final for STANDING_STALE_MS, though something is to be done, or others have more:
 * those whom we hear may be few, or all wrong. `uptime_ms`: since the start. */
enum { STANDING_STALE_MS = 30000 };
bool standing_is_stale(const struct standing *standing, uint64_t uptime_ms);

enum standing_word standing_judge(const struct standing *standing);
const char *standing_word_name(enum standing_word word);

/* What is being waited for, and for whom: lines, each one sentence. The names must be filled
 * in. Ask out->status. */
void standing_say(const struct standing *standing, struct buffer *out);

/* What an alarm means. */
const char *alarm_text(enum alarm alarm);

#endif

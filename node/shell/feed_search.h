/* Looking for the next leaf of a topic in the store, in pieces. */
#ifndef NODE_SHELL_FEED_SEARCH_H
#define NODE_SHELL_FEED_SEARCH_H

#include "node/shell/feed.h"
#include "node/shell/feed_leaf.h"
#include "node/shell/feed_memo.h"

/* One piece of the search that a step wants; what was found, the feed is told. Whatever
 * fails marks the query. */
void feed_search(struct feed *feed, const struct feed_step *step, struct leaves *leaves,
                 struct memos *memos, struct query *query);

#endif

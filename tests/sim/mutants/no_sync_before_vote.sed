# A message does not wait for what was to be on the disk before it: it goes at once.
# file: node/drive/outbox.c
# seed: 12
/^struct outbox_item \*outbox_add_message/,/^}/s/append(outbox, item);/item->next = outbox->first; outbox->first = item; if (!outbox->last) outbox->last = item;/

# Records that are lost while the mark is not are taken for votes that were never cast.
# file: consensus/reentry.c
# seed: 152
s/return mark->view > core->safety.floor && !safety_record(&core->safety, mark->view);/return false;/

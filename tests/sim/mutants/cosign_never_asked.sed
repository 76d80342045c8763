# Nobody is asked for the cosignatures that were missed.
# file: node/drive/cosign.c
# seed: 77
s/drive->world.send(drive->world.owner, cosign->asked, buffer_view(&bytes));/;/

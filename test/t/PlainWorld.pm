# The world that plain_path draws, as far as all of it has to know.
#
# It is a schema w1, w2, ... with tables t1, t2, ..., that all have the same columns,
# views v1, ... and actions a1, a2, ...
package PlainWorld;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use Random;

our @EXPORT = qw($world @tables @views @actions @plain_tables $rows $with_statements $with_keys $names %known name table relation);

our ($world, @tables, @views, @actions);
our @plain_tables = qw(t1 t2 t3);	# of worlds that have them
our $rows;							# of most tables: many where many items may find theirs
our $with_statements;				# may triggers be for each statement?
our $with_keys;						# is there a table k1 of keys, which others refer to?
our $names;							# how many names are given to steps and others
our %known;							# what steps of the action that is drawn may name: rows and lets

# A name for a step
sub name { return 's' . ++$names }

# A table of this world; or perhaps a view
sub table { return "$world." . one_of(@tables) }
sub relation { return "$world." . one_of(@tables, @tables, @views) }

1;

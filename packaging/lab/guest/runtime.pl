# A language runtime at work in a lab guest: reads real files, cuts them into words, keeps an index of them as objects, sorts
# it, writes it out as an object file, forgets the oldest and the luckless. What is kept is verified against the files.
#   runtime.pl MIB RATE SEED     holds about MIB MiB, reads RATE files a second
use strict;
use warnings;

my ($mib, $rate, $seed) = @ARGV;
my $most_file = 256 * 1024;    # of each file
my $outputs   = 64;            # object files, written over in turn
my (@kept, @files);
my ($held, $number) = (0, 0);

srand $seed;
$| = 1;
mkdir '/build';
my @directories = ('/usr');
while (defined(my $directory = pop @directories)) {
	opendir my $open, $directory or next;
	for my $name (sort readdir $open) {
		next if $name =~ /^\.\.?$/;
		my $path = "$directory/$name";
		next if -l $path;
		if (-d _) { push @directories, $path }
		elsif (-s _) { push @files, $path }
	}
}
printf "runtime: %d files\n", scalar @files;

sub content {
	my ($path) = @_;
	open my $file, '<:raw', $path or die "CORRUPT: $path: $!\n";
	my $text;
	read $file, $text, $most_file;
	return $text;
}

# About what Perl takes: 40 bytes for each place in a list, 150 for each list with its name.
sub index_of {
	my ($path) = @_;
	my $text = content($path);
	my (%words, $places);
	while ($text =~ /([A-Za-z_][A-Za-z0-9_]{2,30})/g) {
		push @{$words{$1}}, pos $text;
		$places++;
	}
	my @sorted = sort { @{$words{$b}} <=> @{$words{$a}} || $a cmp $b } keys %words;
	return {path => $path, sum => unpack('%32C*', $text), words => \%words, sorted => \@sorted,
		bytes => 40 * ($places // 0) + 220 * @sorted};
}

sub write_out {
	my ($unit) = @_;
	open my $file, '>', '/build/' . $number % $outputs . '.o' or return;
	print {$file} "$unit->{path}\n";
	print {$file} "$_ @{$unit->{words}{$_}}\n" for @{$unit->{sorted}};
}

while (1) {
	my $unit = index_of($files[rand @files]);
	$number++;
	write_out($unit);
	push @kept, $unit;
	$held += $unit->{bytes};
	while ($held > $mib * 1048576 && @kept > 1) {
		my $gone = splice @kept, ($number % 2 ? 0 : int rand @kept), 1;
		$held -= $gone->{bytes};
	}
	my $again = $kept[rand @kept];
	print "CORRUPT: $again->{path} is not what it was\n" if unpack('%32C*', content($again->{path})) != $again->{sum};
	printf "runtime: %d files read, %d indexes held, %d MiB\n", $number, scalar @kept, $held / 1048576 if $number % 50 == 0;
	select undef, undef, undef, 1 / $rate;
}

# The portal of LemonLDAP::NG on Plack's own web server: `portal.pl FOLDER PORT`. FOLDER holds `lemonldap-ng.ini`, the
# portal's configuration in `conf` and `people.json`.
use strict;
use warnings;

my ( $folder, $port ) = @ARGV;
my $saved = 0;

# Goes by what was saved last. The portal would find out by itself, but only some time later.
sub read_again {
    my $now = () = glob "$folder/conf/*";
    return if $now == $saved;
    Lemonldap::NG::Portal::Main->HANDLER->checkConf(1) or die 'the configuration cannot be used';
    $saved = $now;
}

# A process for each connection, since browsers open some on which they say nothing.
package Server {
    use parent 'HTTP::Server::PSGI';

    sub handle_connection {
        my ( $self, $environment, $connection, $app ) = @_;
        main::read_again();
        my $child = fork // die "no process: $!";
        return if $child;
        $self->SUPER::handle_connection( $environment, $connection, $app );
        $connection->close;
        exit 0;
    }
}

use JSON;
use Lemonldap::NG::Portal::Auth::Demo;
use Lemonldap::NG::Portal::Main;
use Lemonldap::NG::Portal::Main::Constants qw(PE_OK PE_BADCREDENTIALS);
use Lemonldap::NG::Portal::UserDB::Demo;
use Plack::App::File;
use Plack::App::URLMap;

$ENV{LLNG_DEFAULTCONFFILE} = "$folder/lemonldap-ng.ini";
$SIG{CHLD} = 'IGNORE';

# Its module for demonstrations knows three people, whose passwords are their names; here it knows ours. What a directory
# gives is bytes, not text, and the portal counts on it.
open my $handle, '<', "$folder/people.json" or die "people.json: $!";
my $people = JSON->new->utf8(0)->decode( join '', <$handle> );
%Lemonldap::NG::Portal::UserDB::Demo::demoAccounts = %{ $people->{accounts} };
%Lemonldap::NG::Portal::UserDB::Demo::demoGroups   = %{ $people->{groups} };
{
    no warnings 'redefine';
    *Lemonldap::NG::Portal::Auth::Demo::authenticate = sub {
        my ( $self, $request ) = @_;
        my $password = $people->{passwords}{ $request->{user} };
        return PE_OK if defined $password and $password eq $request->data->{password};
        $self->setSecurity($request);
        return PE_BADCREDENTIALS;
    };
}

my $map = Plack::App::URLMap->new;
my %files = (
    '/static'     => '/usr/share/lemonldap-ng/portal/htdocs/static',
    '/javascript' => '/usr/share/javascript',
);
$map->map( $_ => Plack::App::File->new( root => $files{$_} )->to_app ) for keys %files;
$map->map( '/' => Lemonldap::NG::Portal::Main->run( {} ) );
read_again();
$| = 1;
Server->new( host => '127.0.0.1', port => $port, server_ready => sub { print "ready\n" } )->run( $map->to_app );

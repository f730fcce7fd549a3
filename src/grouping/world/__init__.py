"""What is: schools, ethos, money, journeys, neighbours and the table of federations."""

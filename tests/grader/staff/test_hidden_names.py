from grader.staff.hidden_names import pseudonym


def test_a_person_has_one_number_and_others_have_others():
    names = [pseudonym(n, secret="s") for n in range(500)]
    assert len(set(names)) == 500
    assert names == [pseudonym(n, secret="s") for n in range(500)]


def test_numbers_do_not_follow_the_order_of_people():
    names = [pseudonym(n, secret="s") for n in range(50)]
    assert names != sorted(names)


def test_who_does_not_have_the_secret_cannot_tell_who_it_is():
    assert pseudonym(7, secret="s") != pseudonym(7, secret="t")

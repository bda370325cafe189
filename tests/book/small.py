"""What the small books have in common that tests build."""

#: A page's title and what it teaches.
OPENING = r"""
# What is $h_t$?

```{outcomes}
- id: topic.first
  section: sec-topic-sum
  text: add $a$ and $b$
```

(sec-topic-sum)=
## A sum
"""
TABLE = r"""
| symbol | shape |
| --- | --- |
| $W_{xh}$ | $(D, H)$ |
"""
#: The place of its questions.
QUIZ = """
```{quiz} topic
```
"""
#: The works that it cites.
BIBLIOGRAPHY = """
```{bibliography}
:filter: docname in docnames
```
"""
#: A question with mathematics wherever it may stand.
QUESTION = r"""
- id: first
  outcome: topic.first
  difficulty: easy
  stem: What is $z_5$?
  options:
    - text: It is $u_6$.
      right: true
      says: Because $u_7$.
    - text: It is $u_8$.
      says: No.
"""
